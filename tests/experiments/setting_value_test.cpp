#include "experiments/setting_value.hpp"

#include <cmath>
#include <limits>

#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

const Setting kAny{.name = "x", .help = ""};
const Setting kShare{.name = "x", .help = "", .minimum = 0, .maximum = 1};

// Whether `text` is taken as a value of type T.
template <class T>
bool taken(const Setting& setting, std::string_view text) {
  T value{};
  try {
    parse_value(setting, text, &value);
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

}  // namespace

TEST_CASE("numbers are written in their shortest form that reads back to the same bits") {
  const auto text = [](double number) { return format_value(&number); };
  CHECK(text(1e-4) == "1e-4");
  CHECK(text(0.1) == "0.1");
  CHECK(text(250000) == "250000");
  CHECK(text(1e300) == "1e300");
  CHECK(text(1e-10) == "1e-10");
  CHECK(text(-2.5e-8) == "-2.5e-8");
  CHECK(text(std::numeric_limits<double>::infinity()) == "inf");
  for (const double number : {1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 123456789.123456789, 1e10}) {
    double back = 0;
    parse_value(kAny, text(number), &back);
    CHECK(std::signbit(back) == std::signbit(number));
    CHECK(back == number);
  }
}

TEST_CASE("what is no number of the kind is refused and leaves the field alone") {
  for (const char* text : {"", "abc", "1x", " 1", "1 ", "nan", "-nan", "1e999", "0x10", "1,5", "--1"}) {
    INFO(text);
    CHECK_FALSE(taken<double>(kAny, text));
  }
  for (const char* text : {"", "-1", "1.5", "1e3", "18446744073709551616", "9223372036854775808", "+1"}) {
    INFO(text);
    CHECK_FALSE(taken<std::size_t>(kAny, text));
  }
  double rate = 0.25;
  CHECK_THROWS_AS(parse_value(kAny, "fast", &rate), UsageError);
  CHECK(rate == 0.25);
}

TEST_CASE("ranges include their ends") {
  CHECK(taken<double>(kShare, "0"));
  CHECK(taken<double>(kShare, "1"));
  CHECK_FALSE(taken<double>(kShare, "1.0000001"));
  CHECK_FALSE(taken<double>(kShare, "-1e-9"));
  CHECK_FALSE(taken<double>(kShare, "inf"));
  CHECK(taken<double>(kAny, "inf"));
}

TEST_CASE("the message says what was expected and what came") {
  std::size_t count = 0;
  CHECK_THROWS_WITH(parse_value({.name = "x", .help = "", .minimum = 1}, "0", &count),
                    "expected a whole number of at least 1, got '0'");
  double share = 0;
  CHECK_THROWS_WITH(parse_value(kShare, "2", &share), "expected a number from 0 to 1, got '2'");
  bool flag = false;
  CHECK_THROWS_WITH(parse_value(kAny, "maybe", &flag), "expected true or false, got 'maybe'");
  std::string name;
  CHECK_THROWS_WITH(parse_value({.name = "x", .help = "", .choices = {"a", "b"}}, "c", &name),
                    "expected one of a, b, got 'c'");
}

TEST_CASE("text that a settings file could not give back is refused") {
  CHECK(taken<std::string>(kAny, "ntm2014/copy"));
  CHECK(taken<std::string>(kAny, ""));
  CHECK_FALSE(taken<std::string>(kAny, "a # b"));
  CHECK_FALSE(taken<std::string>(kAny, " a"));
  CHECK_FALSE(taken<std::string>(kAny, "a\nb"));
  CHECK_FALSE(taken<std::string>(kAny,
                                 "Gr\xf6\xdf"
                                 "e"));
}

TEST_CASE("a number field that is not a number has no value") {
  double none = std::numeric_limits<double>::quiet_NaN(), some = 0;
  CHECK_FALSE(has_value(&none));
  CHECK(has_value(&some));
}

TEST_CASE("values keep their type") {
  bool flag = true;
  std::size_t count = 7;
  double rate = 0.5;
  std::string name = "ntm";
  CHECK(value_of(&flag) == SettingValue(true));
  CHECK(value_of(&count) == SettingValue(std::int64_t{7}));
  CHECK(value_of(&rate) == SettingValue(0.5));
  CHECK(value_of(&name) == SettingValue(std::string("ntm")));
}
