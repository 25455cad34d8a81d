// Starting values of parameters.
#pragma once

#include "framework/nn/parameters.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION::initial {

/// Every element `value`.
Initializer constant(Real value);

/// Uniform on [-bound, bound).
Initializer uniform(double bound);

/// Normal with mean 0.
Initializer normal(double standard_deviation);

/// For a weight [inputs (+ 1), outputs] whose last row is the bias if `bias`: uniform on ±√(6 / (inputs + units)),
/// where `units` is the number of outputs that one unit's gate has (all of them for a plain layer). Bias 0.
/// Glorot and Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", eq. (16).
Initializer glorot(bool bias, std::size_t units = 0);

/// glorot() for the four gates i, f, g, o of an LSTM, with `forget` as the forget gates' bias.
/// Jozefowicz et al. 2015, "An empirical exploration of recurrent network architectures", section 2.2.
Initializer lstm(double forget);

}  // namespace tapehead::inline TAPEHEAD_PRECISION::initial
