// Words of command lines: lists in one, and one as a shell reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapehead {

/// The parts of a list separated by commas. Throws UsageError, naming the option, if one of them is empty.
std::vector<std::string> comma_separated(std::string_view option, const std::string& list);

/// A word as a shell reads it back: in quotes where it needs them.
std::string shell_word(const std::string& word);

}  // namespace tapehead
