#include "framework/io/answer_counts.hpp"

#include <stdexcept>

#include "framework/io/hdf5_attributes.hpp"
#include "framework/io/revise_run.hpp"
#include "framework/io/run_layout.hpp"
#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

using hdf5::check;

constexpr const char* kRightAnswer = "right_answer";

void write_counts_column(const hdf5::Group& group, const Column& column, const AnswerCounts& counts,
                         std::int64_t AnswerCount::*member) {
  std::vector<std::int64_t> values;
  for (const AnswerCount& row : counts.rows) values.push_back(row.*member);
  const hsize_t rows = values.size();
  hdf5::Dataset dataset =
      hdf5::write_array<std::int64_t>(group, column.name, {&rows, 1}, std::span<const std::int64_t>(values));
  hdf5::describe(dataset, column);
  dataset.close();
}

void write_set(const hdf5::Group& answers, const AnswerCounts& counts) {
  if (hdf5::has_link(answers, counts.set))
    check(H5Ldelete(answers, counts.set.c_str(), H5P_DEFAULT), "replacing '" + counts.set + "'");
  const hdf5::Group group = hdf5::create_group(answers, counts.set);
  hdf5::write_attribute(group, schema::kStep, counts.step);
  write_counts_column(group, {.name = "task", .long_name = "number of the task"}, counts, &AnswerCount::task);
  write_counts_column(group, {.name = kRightAnswer, .long_name = "the right answer, a word by its number"},
                      counts, &AnswerCount::right_answer);
  write_counts_column(group, {.name = "answer", .long_name = "the answer given, a word by its number"},
                      counts, &AnswerCount::answer);
  write_counts_column(group, {.name = "count", .long_name = "questions"}, counts, &AnswerCount::count);
}

}  // namespace

void write_answer_counts(const std::filesystem::path& run_directory, const std::vector<AnswerCounts>& sets) {
  for (const AnswerCounts& counts : sets) {
    if (counts.rows.empty()) throw std::invalid_argument("answers '" + counts.set + "': there are none");
  }
  // They are carried along with what users added to the file.
  revise_run(run_directory, [&](StartingRun& run) {
    run.additions = hdf5::writing(run_directory / schema::kRunFile, [&] {
      hdf5::File file = hdf5::File::create_in_memory();
      if (!run.additions.empty()) hdf5::copy_additions(hdf5::File::open_image(run.additions), file);
      {
        const hdf5::Group answers = hdf5::has_link(file, schema::kAnswers)
                                        ? hdf5::open_group(file, schema::kAnswers)
                                        : hdf5::create_group(file, schema::kAnswers);
        for (const AnswerCounts& counts : sets) write_set(answers, counts);
      }
      std::vector<std::byte> bytes = file.image();
      file.close();
      return bytes;
    });
  });
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
