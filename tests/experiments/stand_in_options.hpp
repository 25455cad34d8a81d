// An options struct with a field of every kind, as the framework's have them.
#pragma once

#include <cstddef>
#include <limits>
#include <string>

#include "framework/tensor/setting.hpp"

namespace tapehead {

struct StandInOptions {
  std::size_t slots = 128;
  double learning_rate = 1e-4;
  double momentum = std::numeric_limits<double>::quiet_NaN();  // no value
  bool shuffle = false;
  std::string initial = "learned";
  double scale = 0.5;
  std::string note = "";

  template <class F>
  void visit(F&& f) {
    f(Setting{.name = "slots",
              .help = "memory slots",
              .unit = "slot",
              .symbol = "N",
              .minimum = 1,
              .maximum = 4096},
      slots);
    f(Setting{.name = "learning_rate", .help = "step size", .minimum = 0}, learning_rate);
    f(Setting{.name = "momentum", .help = "share kept", .minimum = 0, .maximum = 1}, momentum);
    f(Setting{.name = "shuffle", .help = "mix the examples"}, shuffle);
    f(Setting{.name = "initial", .help = "start", .choices = {"constant", "random", "learned"}}, initial);
    f(Setting{.name = "scale", .help = "of a start", .needs = {"initial", {"random", "learned"}}}, scale);
    f(Setting{.name = "note", .help = "any text"}, note);
  }
};

}  // namespace tapehead
