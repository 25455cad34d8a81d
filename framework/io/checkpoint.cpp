#include "framework/io/checkpoint.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "framework/io/durable_file.hpp"
#include "framework/io/hdf5_tables.hpp"
#include "framework/io/schema.hpp"
#include "framework/io/seal.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

const std::string kPrecision = sizeof(Real) == sizeof(float) ? "float32" : "float64";

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (const std::size_t extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

/// The group that holds the last name of a path, made on the way if need be, and that name.
std::pair<hdf5::Group, std::string> parent_group(hid_t root, const std::string& path) {
  hdf5::Group group = hdf5::open_group(root, ".");
  std::size_t from = 0;
  for (std::size_t to; (to = path.find('/', from)) != std::string::npos; from = to + 1) {
    const std::string name = path.substr(from, to - from);
    group = hdf5::has_link(group, name) ? hdf5::open_group(group, name) : hdf5::create_group(group, name);
  }
  return {std::move(group), path.substr(from)};
}

void write_tensors(hid_t file, const char* name, const std::vector<NamedTensor>& tensors) {
  const hdf5::Group root = hdf5::create_group(file, name);
  for (const NamedTensor& tensor : tensors) {
    const std::vector<hsize_t> shape(tensor.shape.begin(), tensor.shape.end());
    const auto size = std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>());
    if (size == 0 || size != tensor.values.size()) {
      throw std::invalid_argument("checkpoint: " + tensor.path + " " + shape_text(tensor.shape) + " has " +
                                  std::to_string(tensor.values.size()) + " values");
    }
    const auto [group, last] = parent_group(root, tensor.path);
    hdf5::write_array<Real>(group, last, shape, tensor.values).close();
  }
}

void read_tensors(hid_t group, const std::string& prefix, std::vector<NamedTensor>& into) {
  for (const std::string& name : hdf5::member_names(group)) {
    if (!hdf5::is_dataset(group, name)) {
      read_tensors(hdf5::open_group(group, name), prefix + name + "/", into);
      continue;
    }
    const hdf5::Dataset dataset = hdf5::open_dataset(group, name);
    const std::vector<hsize_t> shape = hdf5::extents(dataset);
    into.push_back({.path = prefix + name,
                    .shape = {shape.begin(), shape.end()},
                    .values = hdf5::read_array<Real>(dataset)});
  }
}

std::vector<std::byte> image_of(const Checkpoint& checkpoint) {
  hdf5::File file = hdf5::File::create_in_memory();
  hdf5::write_attribute(file, schema::kConventions, std::string(schema::kCheckpointConventions));
  hdf5::write_attribute(file, schema::kPrecision, kPrecision);
  hdf5::write_attribute(file, schema::kRunId, checkpoint.run_id);
  hdf5::write_attribute(file, schema::kStep, checkpoint.step);
  hdf5::write_attribute(file, schema::kWallSeconds, checkpoint.metrics.wall_seconds);
  {
    const hdf5::Group config = hdf5::create_group(file, schema::kConfig);
    hdf5::write_attributes(config, checkpoint.config);
    hdf5::write_text(config, schema::kSettingsText, checkpoint.settings);
  }
  hdf5::write_attributes(hdf5::create_group(file, schema::kCounters), checkpoint.counters);
  write_tensors(file, schema::kModel, checkpoint.model);
  write_tensors(file, schema::kOptimizer, checkpoint.optimizer);
  {
    const hdf5::Group metrics = hdf5::create_group(file, schema::kMetrics);
    hdf5::write_table(metrics, schema::kTrain, checkpoint.metrics.train);
    hdf5::write_table(metrics, schema::kEval, checkpoint.metrics.eval);
  }
  hdf5::write_summary(file, checkpoint.metrics.summary);
  std::vector<std::byte> image = file.image();
  file.close();
  return image;
}

template <class T>
T root_attribute(const std::vector<Attribute>& attributes, const char* name) {
  const AttributeValue* value = find_attribute(attributes, name);
  if (value == nullptr || !std::holds_alternative<T>(*value))
    throw hdf5::Failure(std::string("no attribute ") + name);
  return std::get<T>(*value);
}

Checkpoint checkpoint_from(std::span<const std::byte> image) {
  const hdf5::File file = hdf5::File::open_image(image);
  const std::vector<Attribute> root = hdf5::read_attributes(file);
  const auto conventions = root_attribute<std::string>(root, schema::kConventions);
  if (conventions != schema::kCheckpointConventions) {
    throw hdf5::Failure("its Conventions are '" + conventions + "', expected '" +
                        schema::kCheckpointConventions + "'");
  }
  const auto precision = root_attribute<std::string>(root, schema::kPrecision);
  if (precision != kPrecision) {
    throw hdf5::Failure("its numbers are " + precision + ", this program computes in " + kPrecision);
  }
  const hdf5::Group config = hdf5::open_group(file, schema::kConfig);
  const hdf5::Group metrics = hdf5::open_group(file, schema::kMetrics);
  Checkpoint checkpoint{
      .step = root_attribute<std::int64_t>(root, schema::kStep),
      .run_id = root_attribute<std::string>(root, schema::kRunId),
      .settings = hdf5::read_text(config, schema::kSettingsText),
      .config = hdf5::read_attributes(config),
      .counters = hdf5::read_attributes(hdf5::open_group(file, schema::kCounters)),
      .model = {},
      .optimizer = {},
      .metrics = {.train = hdf5::read_table(metrics, schema::kTrain, hdf5::Lengths::must_agree),
                  .eval = hdf5::read_table(metrics, schema::kEval, hdf5::Lengths::must_agree),
                  .summary = hdf5::read_summary(file),
                  .wall_seconds = root_attribute<double>(root, schema::kWallSeconds)}};
  if (checkpoint.step < 0) throw hdf5::Failure("its step is " + std::to_string(checkpoint.step));
  read_tensors(hdf5::open_group(file, schema::kModel), "", checkpoint.model);
  read_tensors(hdf5::open_group(file, schema::kOptimizer), "", checkpoint.optimizer);
  return checkpoint;
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint) {
  std::vector<std::byte> bytes = hdf5::writing(path, [&] { return image_of(checkpoint); });
  seal(bytes);
  write_partial(path, bytes);
  publish(path);
}

void give_back_memory() { hdf5::give_back_memory(); }

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  const std::vector<std::byte> bytes = read_bytes(path);
  const std::span<const std::byte> image = unseal(bytes, path);
  return hdf5::reading(path, "checkpoint", [&] { return checkpoint_from(image); });
}

const NamedTensor& find_tensor(const std::vector<NamedTensor>& among, std::string_view path,
                               const std::vector<std::size_t>& shape, const std::filesystem::path& where) {
  const auto found = std::find_if(among.begin(), among.end(),
                                  [&](const NamedTensor& tensor) { return tensor.path == path; });
  if (found == among.end()) throw DataError(where.string() + ": it has no " + std::string(path));
  if (found->shape != shape) {
    throw DataError(where.string() + ": " + std::string(path) + " has shape " + shape_text(found->shape) +
                    ", expected " + shape_text(shape));
  }
  return *found;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
