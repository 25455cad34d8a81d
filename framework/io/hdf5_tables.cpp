#include "framework/io/hdf5_tables.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include "framework/io/schema.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {
namespace {

constexpr hsize_t kTraceChunk = 1 << 18;  // scalars: 1 MiB, HDF5's default cache
constexpr unsigned kDeflateLevel = 4;
const Column kStepColumn{.name = schema::kStep, .units = "1", .long_name = "training step"};

void make_scale(const Dataset& dataset, const std::string& name) {
  check(H5DSset_scale(dataset, name.c_str()), "making a dimension scale");
}

void attach(const Dataset& dataset, const Dataset& scale, unsigned axis) {
  check(H5DSattach_scale(dataset, scale, axis), "attaching a dimension scale");
}

void write_column(const Group& group, const MetricsColumn& column, std::size_t rows, const Dataset& step) {
  if (column.values.size() != rows) {
    throw std::invalid_argument("column '" + column.column.name + "' has " +
                                std::to_string(column.values.size()) + " rows, step has " +
                                std::to_string(rows));
  }
  Dataset dataset = create_column<double>(group, column.column.name);
  append_rows<double>(dataset, 0, column.values);
  describe(dataset, column.column);
  attach(dataset, step, 0);
  dataset.close();
}

/// The scale of an axis of a tensor: the axis' name, or the tensor's and the axis' if extents differ.
using ScaleName = std::function<std::string(const TraceTensor&, std::size_t axis)>;

ScaleName scale_names(const TraceSet& traces) {
  std::map<std::string, std::set<std::size_t>> extents_of;
  for (const TraceTensor& tensor : traces.tensors) {
    for (std::size_t axis = 0; axis < tensor.axes.size(); ++axis)
      extents_of[tensor.axes[axis]].insert(tensor.shape[axis]);
  }
  return [extents_of](const TraceTensor& tensor, std::size_t axis) {
    const std::string& name = tensor.axes[axis];
    return extents_of.at(name).size() == 1 ? name : tensor.name + "_" + name;
  };
}

Dataset write_scale(const Group& group, const std::string& name, const std::string& long_name,
                    const std::vector<std::int64_t>& values) {
  const hsize_t extent = values.size();
  Dataset scale = write_array<std::int64_t>(group, name, {&extent, 1}, values);
  describe(scale, {.name = name, .units = "1", .long_name = long_name});
  make_scale(scale, name);
  return scale;
}

/// Innermost axes whole, outer ones cut until a chunk fits.
std::vector<hsize_t> chunk_of(std::vector<hsize_t> shape) {
  hsize_t scalars = std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>());
  for (hsize_t& extent : shape) {
    const hsize_t inner = scalars / extent;
    extent = std::clamp(kTraceChunk / inner, hsize_t{1}, extent);
    scalars = extent * inner;
  }
  return shape;
}

Dataset create_tensor(const Group& group, const TraceTensor& tensor) {
  const std::vector<hsize_t> shape(tensor.shape.begin(), tensor.shape.end());
  const std::vector<hsize_t> chunk = chunk_of(shape);
  const PropertyList creation = dataset_properties();
  check(H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data()), "setting the chunk");
  check(H5Pset_shuffle(creation), "setting shuffle");
  check(H5Pset_deflate(creation, kDeflateLevel), "setting deflate");
  check(H5Pset_fletcher32(creation), "setting checksums");
  return Dataset(check(H5Dcreate2(group, tensor.name.c_str(), file_type<float>(), space(shape), H5P_DEFAULT,
                                  creation, H5P_DEFAULT),
                       "creating '" + tensor.name + "'"));
}

std::string axis_label(const Dataset& dataset, unsigned axis) {
  const auto length = check(H5DSget_label(dataset, axis, nullptr, 0), "reading an axis");
  std::string label(static_cast<std::size_t>(length), '\0');
  check(H5DSget_label(dataset, axis, label.data(), label.size() + 1), "reading an axis");
  return label;
}

TraceTensor read_tensor(const Dataset& dataset, const std::string& name) {
  const Column column = description(dataset, name);
  TraceTensor tensor{.name = name,
                     .long_name = column.long_name,
                     .units = column.units,
                     .axes = {},
                     .shape = {},
                     .values = {}};
  for (const hsize_t extent : extents(dataset)) {
    tensor.axes.push_back(axis_label(dataset, static_cast<unsigned>(tensor.shape.size())));
    tensor.shape.push_back(extent);
  }
  tensor.values = read_array<float>(dataset);
  return tensor;
}

}  // namespace

void write_table(hid_t parent, const std::string& name, const MetricsTable& table) {
  const Group group = create_group(parent, name);
  const std::string signal = table.find(schema::kLoss) != nullptr || table.columns.empty()
                                 ? schema::kLoss
                                 : table.columns.front().column.name;
  write_attribute(group, schema::kNexusClass, std::string(schema::kNexusData));
  write_attribute(group, schema::kSignal, signal);
  write_attribute(group, schema::kAxes, std::string(schema::kStep));
  Dataset step = create_column<std::int64_t>(group, schema::kStep);
  append_rows<std::int64_t>(step, 0, table.step);
  describe(step, kStepColumn);
  make_scale(step, schema::kStep);
  for (const MetricsColumn& column : table.columns) write_column(group, column, table.step.size(), step);
  step.close();
}

MetricsTable read_table(hid_t parent, const std::string& name, Lengths lengths) {
  const Group group = open_group(parent, name);
  MetricsTable table;
  std::vector<Dataset> columns;
  const Dataset step = open_dataset(group, schema::kStep);
  hsize_t rows = std::numeric_limits<hsize_t>::max(), most = 0;
  const auto shortest = [&](const Dataset& dataset) {
    const std::vector<hsize_t> shape = extents(dataset);
    if (shape.size() != 1) throw Failure("a column of '" + name + "' is not a column");
    rows = std::min(rows, shape.front());
    most = std::max(most, shape.front());
  };
  for (const std::string& member : member_names(group)) {
    if (member == schema::kStep || !is_dataset(group, member)) continue;
    columns.push_back(open_dataset(group, member));
    table.columns.push_back({.column = description(columns.back(), member), .values = {}});
  }
  // The writer makes columns longer before `step`: asked in the opposite order, `step` never has a row too
  // many.
  shortest(step);
  for (const Dataset& column : columns) shortest(column);
  if (rows != most && lengths == Lengths::must_agree) {
    throw Failure("the columns of '" + name + "' have " + std::to_string(rows) + " to " +
                  std::to_string(most) + " rows");
  }
  table.step = read_array<std::int64_t>(step, rows);
  for (std::size_t i = 0; i < columns.size(); ++i)
    table.columns[i].values = read_array<double>(columns[i], rows);
  if (std::adjacent_find(table.step.begin(), table.step.end(), std::greater_equal<>()) != table.step.end()) {
    throw Failure("the steps of '" + name + "' do not ascend");
  }
  return table;
}

void write_summary(hid_t parent, const std::vector<SummaryScalar>& summary) {
  const Group group = create_group(parent, schema::kSummary);
  for (const SummaryScalar& scalar : summary) {
    Dataset dataset = create_scalar<double>(group, scalar.column.name, scalar.value);
    describe(dataset, scalar.column);
    dataset.close();
  }
}

std::vector<SummaryScalar> read_summary(hid_t parent) {
  const Group group = open_group(parent, schema::kSummary);
  std::vector<SummaryScalar> summary;
  for (const std::string& name : member_names(group)) {
    summary.push_back(
        {.column = description(open_dataset(group, name), name), .value = read_scalar<double>(group, name)});
  }
  return summary;
}

void write_probe(hid_t traces, const ProbeTraces& probe) {
  probe.traces.check();
  const Group group = create_group(traces, probe.name);
  const ScaleName scale_name = scale_names(probe.traces);
  std::map<std::string, Dataset> scales;
  scales[schema::kStep] = write_scale(group, schema::kStep, kStepColumn.long_name, probe.traces.steps);
  for (const TraceTensor& tensor : probe.traces.tensors) {
    Dataset dataset = create_tensor(group, tensor);
    check(H5Dwrite(dataset, memory_type<float>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.values.data()),
          "writing");
    describe(dataset, {.name = tensor.name, .units = tensor.units, .long_name = tensor.long_name});
    for (std::size_t axis = 0; axis < tensor.axes.size(); ++axis) {
      const std::string name = scale_name(tensor, axis);
      if (!scales.contains(name)) {
        std::vector<std::int64_t> indices(tensor.shape[axis]);
        std::iota(indices.begin(), indices.end(), std::int64_t{0});
        scales[name] = write_scale(group, name, tensor.axes[axis] + " index", indices);
      }
      attach(dataset, scales[name], static_cast<unsigned>(axis));
      check(H5DSset_label(dataset, static_cast<unsigned>(axis), tensor.axes[axis].c_str()), "naming an axis");
    }
    dataset.close();
  }
  for (auto& [name, scale] : scales) scale.close();
}

ProbeTraces read_probe(hid_t traces, const std::string& name) {
  const Group group = open_group(traces, name);
  ProbeTraces probe{.name = name, .traces = {}};
  for (const std::string& member : member_names(group)) {
    if (!is_dataset(group, member)) continue;
    const Dataset dataset = open_dataset(group, member);
    if (member == schema::kStep) {
      probe.traces.steps = read_array<std::int64_t>(dataset);
    } else if (check(H5DSis_scale(dataset), "reading a trace") == 0) {
      probe.traces.tensors.push_back(read_tensor(dataset, member));
    }
  }
  try {
    probe.traces.check();
  } catch (const std::invalid_argument& wrong) {
    throw Failure(wrong.what());
  }
  return probe;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
