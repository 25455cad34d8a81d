// Where a training step of the copy benchmark spends its time: each kind of op by itself, as often as a step
// uses it, forward and backward, on tensors of the same shapes.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tapehead::bench {

struct Subject {
  std::string name;
  std::function<void()> step;  // what one training step spends on it
};

std::vector<Subject> ntm_copy_ops(std::size_t batch, std::size_t length);

}  // namespace tapehead::bench
