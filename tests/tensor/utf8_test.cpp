#include "framework/tensor/utf8.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace tapehead;

// The smallest and largest character of every length, from RFC 3629, section 4.
TEST_CASE("UTF-8 is taken from its first character to its last") {
  CHECK(valid_utf8(""));
  CHECK(valid_utf8(std::string_view("\0\x7f", 2)));
  for (const char* text : {"plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
                           "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "a\xc3\xb6z"}) {
    INFO(text);
    CHECK(valid_utf8(text));
  }
}

TEST_CASE("what only looks like UTF-8 is refused") {
  for (const char* text : {"\x80",  // a following byte alone
                           "\xc3",  // cut short
                           "\xe2\x82", "\xf0\x9f\x98",
                           "\xc3z",     // not followed by one
                           "\xc0\xaf",  // longer than it need be
                           "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
                           "\xed\xa0\x80",  // surrogates
                           "\xed\xbf\xbf",
                           "\xf4\x90\x80\x80",  // beyond U+10FFFF
                           "\xf8\x88\x80\x80\x80", "\xff", "Schl\xfcssel"}) {
    INFO(text);
    CHECK_FALSE(valid_utf8(text));
  }
}
