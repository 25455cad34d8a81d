#include "framework/io/run_layout.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {
namespace {

constexpr std::array<std::string_view, 6> kMembers = {schema::kConfig,  schema::kProvenance,
                                                      schema::kMetrics, schema::kSummary,
                                                      schema::kTraces,  schema::kVocabulary};

void write_status(const Group& provenance, RunStatus status) {
  Dataset dataset = create_scalar<std::int8_t>(provenance, schema::kStatus, static_cast<std::int8_t>(status));
  const std::array<std::int8_t, 5> values = {0, 1, 2, 3, 4};
  const hsize_t count = values.size();
  AttributeHandle attribute(check(H5Acreate2(dataset, schema::kFlagValues, file_type<std::int8_t>(),
                                             space({&count, 1}), H5P_DEFAULT, H5P_DEFAULT),
                                  "describing the status"));
  check(H5Awrite(attribute, memory_type<std::int8_t>(), values.data()), "describing the status");
  attribute.close();
  write_attribute(dataset, schema::kFlagMeanings, std::string(schema::kStatusMeanings));
  dataset.close();
}

void write_clock(const Group& provenance, const char* name, const char* long_name, double seconds) {
  Dataset dataset = create_scalar<double>(provenance, name, seconds);
  describe(dataset, {.name = name, .units = "s", .long_name = long_name});
  dataset.close();
}

RunStatus read_status(const Group& provenance) {
  const auto status = read_array<std::int64_t>(open_dataset(provenance, schema::kStatus));
  if (status.size() != 1 || status[0] < 0 || status[0] > static_cast<std::int64_t>(RunStatus::failed)) {
    throw Failure("its status is none that is known");
  }
  return static_cast<RunStatus>(status[0]);
}

std::vector<std::string> added_names(const File& file) {
  std::vector<std::string> names = member_names(file);
  std::erase_if(names, [](const std::string& name) {
    return std::find(kMembers.begin(), kMembers.end(), name) != kMembers.end();
  });
  return names;
}

}  // namespace

void write_run(const File& file, const RunContents& contents, const std::vector<ProbeTraces>& probes) {
  const RunInfo& info = contents.info;
  write_attribute(file, schema::kConventions, std::string(schema::kRunConventions));
  write_attribute(file, schema::kTitle, info.title);
  write_attribute(file, schema::kRunId, info.run_id);

  const Group config = create_group(file, schema::kConfig);
  write_attributes(config, info.config);
  write_text(config, schema::kSettingsText, info.settings);

  const Group provenance = create_group(file, schema::kProvenance);
  write_attributes(provenance, info.provenance);
  write_status(provenance, contents.status);
  write_clock(provenance, schema::kWallSeconds, "time spent training", contents.metrics.wall_seconds);
  write_clock(provenance, schema::kEndUnixTime, "end of the run, since 1970-01-01 UTC",
              contents.end_unix_time);

  const Group metrics = create_group(file, schema::kMetrics);
  write_table(metrics, schema::kTrain, contents.metrics.train);
  write_table(metrics, schema::kEval, contents.metrics.eval);
  write_summary(file, contents.metrics.summary);

  if (!probes.empty()) {
    const Group traces = create_group(file, schema::kTraces);
    for (const ProbeTraces& probe : probes) write_probe(traces, probe);
  }
  if (!info.vocabulary.empty())
    write_texts(create_group(file, schema::kVocabulary), schema::kWord, info.vocabulary);
}

RunContents read_run(const File& file) {
  const std::string conventions = text_attribute(file, schema::kConventions);
  if (conventions != schema::kRunConventions) {
    throw Failure("its Conventions are '" + conventions + "', expected '" + schema::kRunConventions + "'");
  }
  const Group config = open_group(file, schema::kConfig);
  const Group provenance = open_group(file, schema::kProvenance);
  const Group metrics = open_group(file, schema::kMetrics);
  RunContents contents;
  contents.info = {.title = text_attribute(file, schema::kTitle),
                   .run_id = text_attribute(file, schema::kRunId),
                   .settings = read_text(config, schema::kSettingsText),
                   .config = read_attributes(config),
                   .provenance = read_attributes(provenance)};
  if (has_link(file, schema::kVocabulary)) {
    contents.info.vocabulary = read_texts(open_group(file, schema::kVocabulary), schema::kWord);
  }
  contents.metrics = {.train = read_table(metrics, schema::kTrain),
                      .eval = read_table(metrics, schema::kEval),
                      .summary = read_summary(file)};
  read_ending(file, contents);
  return contents;
}

void read_ending(const File& file, RunContents& into) {
  const Group provenance = open_group(file, schema::kProvenance);
  const RunStatus status = read_status(provenance);
  const auto wall_seconds = read_scalar<double>(provenance, schema::kWallSeconds);
  into.end_unix_time = read_scalar<double>(provenance, schema::kEndUnixTime);
  into.metrics.wall_seconds = wall_seconds;
  into.status = status;
}

std::vector<std::string> probe_names(const File& file) {
  return has_link(file, schema::kTraces) ? member_names(open_group(file, schema::kTraces))
                                         : std::vector<std::string>();
}

File open_run(const std::filesystem::path& file) {
  try {
    return File::open(file, false);
  } catch (const Failure&) {
    return File::open(file, true);
  }
}

void copy_additions(const File& from, const File& to) {
  for (const std::string& name : added_names(from)) {
    check(H5Ocopy(from, name.c_str(), to, name.c_str(), H5P_DEFAULT, H5P_DEFAULT), "copying '" + name + "'");
  }
}

std::vector<std::byte> additions_in(const File& file) {
  if (added_names(file).empty()) return {};
  File copy = File::create_in_memory();
  copy_additions(file, copy);
  std::vector<std::byte> image = copy.image();
  copy.close();
  return image;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
