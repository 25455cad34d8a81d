// Reverse: see a random binary sequence of unknown length, then say it backwards.
//
//   time --->        0     1 .. L      L+1     L+2 .. 2L+1
//   bits                  x1 .. xL
//   start channel    1
//   end channel                         1
//   target                                      xL .. x1
//   mask             0     0 .. 0       0        1 .. 1
#pragma once

#include "tasks/rearrangement.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Reverse final : public Rearrangement {
 public:
  explicit Reverse(const Options& options) : Rearrangement(options, "xL .. x1") {}

  std::string_view name() const override { return "reverse"; }

 private:
  void rearrange(const Vectors& vectors) const override;
  std::unique_ptr<Task> with_options(const Options& options) const override {
    return std::make_unique<Reverse>(options);
  }
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
