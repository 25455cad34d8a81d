// Tables, summaries and traces in HDF5 groups, their datasets tied together by dimension scales. Internal to
// framework/io.
#pragma once

#include <string>
#include <vector>

#include "framework/io/hdf5_values.hpp"
#include "framework/io/traces.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::hdf5 {

/// A group of columns over `step`, with what NeXus viewers and netCDF need to find their way.
void write_table(hid_t parent, const std::string& name, const MetricsTable& table);
/// All columns, cut to the shortest: while a run is written, and after it was killed, some are longer.
/// Throws Failure if there is no `step` or its values do not ascend.
MetricsTable read_table(hid_t parent, const std::string& name);

/// The group of single numbers, which can be overwritten.
void write_summary(hid_t parent, const std::vector<SummaryScalar>& summary);
std::vector<SummaryScalar> read_summary(hid_t parent);

/// /traces/<probe>, compressed, with checksums. Throws std::invalid_argument if the traces do not fit
/// together.
void write_probe(hid_t traces, const ProbeTraces& probe);
ProbeTraces read_probe(hid_t traces, const std::string& name);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::hdf5
