// Settings as text: the INI form of presets and of a run's settings.ini, and the table that help shows.
//
//   # Title: what the settings are, one line
//   seed = 1
//
//   [training]
//   learning_rate = 1e-4   # a comment
//
// The grammar is that of Boost.Program_options' configuration files.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "experiments/settings.hpp"

namespace tapehead {

/// What a settings file says.
struct SettingsText {
  std::string title;                    // the comment on the first line, or empty
  std::vector<Assignment> assignments;  // in the order of the file, origins "NAME:LINE"
};

/// Reads settings, text in UTF-8, from a stream; `name` is what errors call it. Throws UsageError ("NAME:LINE: …") at a
/// line that is neither a comment, a [section] nor key = value, at a key given twice, and at the first sign that this
/// is no settings file (bytes that are no text, 10,000 characters in a line).
SettingsText read_settings(std::istream& in, const std::string& name);

/// Reads a settings file. Throws UsageError if it is not there or wrong, IoError if it cannot be read.
SettingsText read_settings_file(const std::filesystem::path& path);

/// Writes every setting that counts, with its help beside it; reading it back gives the same values.
/// `heading` becomes comments, its first line the title.
void write_settings(std::ostream& out, const Settings& settings, const std::string& heading);

/// Writes a table of the settings: key, value, and what it means and may be. `value_title` heads the values.
void write_settings_table(std::ostream& out, const Settings& settings, const std::string& value_title);

}  // namespace tapehead
