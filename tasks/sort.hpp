// Sort: see random binary numbers, then say them in ascending order. The first bit of a vector is its highest.
//
//   time --->        0     1 .. L      L+1     L+2 .. 2L+1
//   bits                  x1 .. xL
//   start channel    1
//   end channel                         1
//   target                                      s1 .. sL       s1 <= s2 <= .. <= sL
//   mask             0     0 .. 0       0        1 .. 1
#pragma once

#include "tasks/rearrangement.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Sort final : public Rearrangement {
 public:
  explicit Sort(const Options& options) : Rearrangement(options, "s1 .. sL") {}

  std::string_view name() const override { return "sort"; }

 private:
  void rearrange(const Vectors& vectors) const override;
  std::unique_ptr<Task> with_options(const Options& options) const override {
    return std::make_unique<Sort>(options);
  }
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
