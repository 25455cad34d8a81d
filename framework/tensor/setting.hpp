// How a plain options struct names its fields, once, for the command line, preset files and HDF5 attributes.
//
//   struct Options {
//     std::size_t slots = 128;
//     template <class F> void visit(F&& f) { f(Setting{.name = "slots", .help = "memory slots", .symbol = "N"}, slots); }
//   };
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace tapehead {

/// A choice beside a setting, without which the setting means nothing: model.forget_bias needs a controller that is
/// an LSTM. No name: the setting always means something.
struct Needs {
  std::string_view name = "";                 // of a text field of the same section
  std::vector<std::string_view> values = {};  // one of which it must have
};

/// What is known of one field beside its value.
struct Setting {
  std::string_view name;                       // key within its section: "learning_rate"
  std::string_view help;                       // one line, lower case, no full stop
  std::string_view unit = "1";                 // "1" where there is none
  std::string_view symbol = "";                // the paper's symbol, if it has one
  std::vector<std::string_view> choices = {};  // of a text field: the values it may take; empty: any
  double minimum = -std::numeric_limits<double>::infinity();  // of a number field, inclusive
  double maximum = std::numeric_limits<double>::infinity();   // of a number field, inclusive
  Needs needs = {};
};

/// Anything that walks over the fields of an options struct at run time.
class SettingVisitor {
 public:
  virtual ~SettingVisitor() = default;
  virtual void operator()(const Setting&, bool&) = 0;
  virtual void operator()(const Setting&, std::size_t&) = 0;
  virtual void operator()(const Setting&, double&) = 0;
  virtual void operator()(const Setting&, std::string&) = 0;
};

}  // namespace tapehead
