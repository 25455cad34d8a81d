// What must hold of settings that were accepted, wherever they came from.
#pragma once

#include <string>

#include "experiments/run_settings.hpp"

namespace tapehead::fuzzing {

/// Says what does not hold on standard error and aborts, which is what makes an input a finding.
void expect(bool holds, const std::string& what);

/// Carries the settings as far as a run goes before its first step: written out and read again they must be the same,
/// bit by bit; task, optimizer and, if it is small, the model are built. Throws UsageError where those refuse them.
void expect_usable(const RunSettings& settings);

}  // namespace tapehead::fuzzing
