// Tables, summaries and traces in HDF5 groups, their datasets tied together by dimension scales. Internal to
// framework/io.
#pragma once

#include <string>
#include <vector>

#include "framework/io/hdf5_attributes.hpp"
#include "framework/io/traces.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// A group of columns over `step`, with what NeXus viewers and netCDF need to find their way.
void write_table(hid_t parent, const std::string& name, const MetricsTable& table);
/// What it means that columns differ in length: while a run is written, and after it was killed, some are longer, and
/// all are cut to the shortest; in what was written at once something is wrong.
enum class Lengths { may_differ, must_agree };
/// All columns. Throws Failure if there is no `step`, if its values do not ascend, and if lengths must agree and do
/// not.
MetricsTable read_table(hid_t parent, const std::string& name, Lengths lengths = Lengths::may_differ);

/// The group of single numbers, which can be overwritten.
void write_summary(hid_t parent, const std::vector<SummaryScalar>& summary);
std::vector<SummaryScalar> read_summary(hid_t parent);

/// /traces/<probe>, compressed, with checksums. Throws std::invalid_argument if the traces do not fit
/// together.
void write_probe(hid_t traces, const ProbeTraces& probe);
ProbeTraces read_probe(hid_t traces, const std::string& name);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
