// A copy run small enough for a test: settings, task, model.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "experiments/trained_net.hpp"

namespace tapehead {

inline std::unique_ptr<RunSettings> small_settings(const std::vector<Assignment>& changes = {}) {
  std::istringstream file(
      "# a small net\n"
      "[task]\nname = copy\nmax_length = 3\nbits = 2\n"
      "[model]\nname = ntm\ncontroller_size = 6\n"
      "[memory]\nslots = 8\nwidth = 4\nread_heads = 2\n"
      "[training]\nsteps = 30\nlog_every = 4\nevaluate_every = 10\nevaluation_sequences = 4\n");
  return std::make_unique<RunSettings>("small", read_settings(file, "small.ini"), changes);
}

inline TrainedNet small_net(const std::vector<Assignment>& changes = {}) {
  TrainedNet net;
  net.settings = small_settings(changes);
  net.task = net.settings->make_task();
  net.model = net.settings->make_model(*net.task);
  return net;
}

}  // namespace tapehead
