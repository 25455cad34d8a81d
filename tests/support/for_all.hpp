// Properties: what holds for all settings is tried for 1,000 random ones (by rapidcheck).
//
//   for_all([](Given& given) {
//     const std::size_t length = given.number("length", 1, 20);
//     return length + 1 > length ? "" : "adding one made it smaller";
//   });
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace tapehead::testing {

/// The random settings of one trial.
class Given {
 public:
  /// A whole number from {least, ..., most}. Small ones come more often; a failure is told with the smallest that fail.
  std::size_t number(const std::string& name, std::size_t least, std::size_t most);

  /// Any seed.
  std::uint64_t seed();

  /// Ends the trial: these settings are not meant, and others are tried in their place.
  [[noreturn]] void other_settings();
};

/// Fails the Catch2 test unless `property` returns an empty text for each of 1,000 random settings; else the text says
/// what is wrong. An exception is a failure too. Every run tries others. The failure names the settings and the line
/// that tries the same ones again: RC_PARAMS="seed=12345" ctest ...
void for_all(const std::function<std::string(Given&)>& property);

}  // namespace tapehead::testing
