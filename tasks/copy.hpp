// Copy: see a random binary sequence of unknown length, then say it again.
// Graves, Wayne and Danihelka 2014, arXiv:1410.5401, section 4.1; the layout is that of its Figure 6.
//
//   time --->        0     1 .. L      L+1     L+2 .. 2L+1
//   bits                  x1 .. xL
//   start channel    1
//   end channel                         1
//   target                                      x1 .. xL
//   mask             0     0 .. 0       0        1 .. 1
//
// In the paper vectors have 8 bits and L is 1 to 20.
#pragma once

#include "tasks/rearrangement.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

class Copy final : public Rearrangement {
 public:
  explicit Copy(const Options& options) : Rearrangement(options, "x1 .. xL") {}

  std::string_view name() const override { return "copy"; }

  /// The stimuli of the paper's Figure 6 and, at five lengths, Figure 4, if vectors have its 8 bits.
  std::vector<Probe> probes() const override;

 private:
  void rearrange(const Vectors&) const override {}
  std::unique_ptr<Task> with_options(const Options& options) const override {
    return std::make_unique<Copy>(options);
  }
};

}  // namespace tapehead::inline TAPEHEAD_PRECISION
