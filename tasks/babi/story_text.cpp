#include "tasks/babi/story_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>

#include "framework/tensor/error.hpp"
#include "framework/tensor/utf8.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {
namespace {

constexpr std::string_view kBlanks = " \v\f";
constexpr std::size_t kMostWords =
    1000;  // of a sentence: position weights grow with the square of the longest

// Where a message is about.
struct Place {
  const std::string& origin;
  std::size_t line;

  [[noreturn]] void fail(const std::string& what) const {
    throw DataError(origin + ":" + std::to_string(line) + ": " + what);
  }
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The first word of `text`, which loses it and the blanks before it; empty at the end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

// Of ASCII; letters of other alphabets stay as they are.
std::string lower(std::string_view word) {
  std::string result(word);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::size_t number(std::string_view word, const Place& place, const char* what) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc() || end != word.data() + word.size())
    place.fail(std::string(what) + ", not '" + std::string(word) + "'");
  return value;
}

Words words_of(std::string_view text, const Place& place) {
  text = trimmed(text);
  if (!text.empty() && (text.back() == '.' || text.back() == '?')) text.remove_suffix(1);
  Words words;
  for (std::string_view word; !(word = take_word(text)).empty();) words.push_back(lower(word));
  if (words.empty()) place.fail("expected words");
  if (words.size() > kMostWords) place.fail("more than " + std::to_string(kMostWords) + " words");
  return words;
}

// What is left of a line behind its number, and what a story needs to know of its earlier lines.
class StoryReader {
 public:
  explicit StoryReader(std::vector<Story>& stories) : stories_(stories) {}

  void take(std::string_view line, const Place& place) {
    if (!valid_utf8(line)) place.fail("not text in UTF-8");
    for (const char c : line) {
      if (static_cast<unsigned char>(c) < ' ' && c != '\t' && kBlanks.find(c) == std::string_view::npos)
        place.fail("a control character (code " + std::to_string(static_cast<int>(c)) + ")");
    }
    const std::size_t n = number(take_word(line), place, "expected a line number");
    if (n != 1 && n != statement_of_line_.size() + 1) {
      place.fail("line number " + std::to_string(n) + ": expected " +
                 (stories_.empty() ? "" : std::to_string(statement_of_line_.size() + 1) + ", or ") +
                 "1, which begins a story");
    }
    if (n == 1) {
      stories_.emplace_back();
      statement_of_line_.clear();
    }
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) {
      statement_of_line_.push_back(stories_.back().statements.size());
      stories_.back().statements.push_back(words_of(line, place));
    } else {
      stories_.back().questions.push_back(question(line, tab, place));
      statement_of_line_.push_back(kQuestion);
    }
  }

 private:
  static constexpr std::size_t kQuestion = ~std::size_t{0};

  Question question(std::string_view line, std::size_t tab, const Place& place) const {
    Question question;
    question.statements = stories_.back().statements.size();
    question.words = words_of(line.substr(0, tab), place);
    std::string_view rest = line.substr(tab + 1);
    const std::size_t second = rest.find('\t');
    question.answer = lower(trimmed(rest.substr(0, second)));
    if (question.answer.empty()) place.fail("expected an answer behind the tab");
    if (question.answer.find_first_of(kBlanks) != std::string::npos)
      place.fail("answer '" + question.answer + "': expected one word, or several joined by commas");
    if (second == std::string_view::npos) return question;
    rest.remove_prefix(second + 1);
    if (rest.find('\t') != std::string_view::npos) place.fail("expected at most two tabs");
    for (std::string_view word; !(word = take_word(rest)).empty();) {
      const std::size_t line_number = number(word, place, "expected the number of a supporting line");
      const bool above = line_number >= 1 && line_number <= statement_of_line_.size();
      if (!above || statement_of_line_[line_number - 1] == kQuestion)
        place.fail("supporting line " + std::to_string(line_number) +
                   ": expected the number of a statement above, in the same story");
      question.supporting_facts.push_back(statement_of_line_[line_number - 1]);
    }
    return question;
  }

  std::vector<Story>& stories_;
  std::vector<std::size_t> statement_of_line_;  // of the last story
};

// The first letter as a capital.
void append_words(std::string& text, const Words& words) {
  const std::size_t first = text.size() + 1;
  for (const std::string& word : words) text += ' ' + word;
  if (text[first] >= 'a' && text[first] <= 'z') text[first] = static_cast<char>(text[first] - 'a' + 'A');
}

}  // namespace

std::vector<Story> parse_stories(std::string_view text, const std::string& origin) {
  std::vector<Story> stories;
  StoryReader reader(stories);
  std::size_t line_number = 0;
  if (constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF"; text.starts_with(kByteOrderMark))
    text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++line_number;
    if (!trimmed(line).empty()) reader.take(line, {origin, line_number});
  }
  if (std::ranges::all_of(stories, [](const Story& story) { return story.questions.empty(); }))
    Place{origin, std::max<std::size_t>(1, line_number)}.fail(
        "there is no question (a line with a tab before its answer)");
  return stories;
}

Words parse_words(std::string_view text, const std::string& origin, std::size_t line) {
  return words_of(text, {origin, line});
}

Words words_of_answer(std::string_view answer) {
  Words words;
  for (std::size_t first = 0; first <= answer.size();) {
    const std::size_t comma = std::min(answer.find(',', first), answer.size());
    if (comma > first) words.emplace_back(answer.substr(first, comma - first));
    first = comma + 1;
  }
  if (words.empty()) words.emplace_back(answer);
  return words;
}

std::vector<Story> read_stories(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 1 << 16> part;
  while (file.read(part.data(), part.size()) || file.gcount() > 0)
    text.append(part.data(), static_cast<std::size_t>(file.gcount()));
  if (!file.eof()) throw IoError(path + ": cannot be read: " + std::strerror(errno));
  return parse_stories(text, path);
}

std::string format_stories(const std::vector<Story>& stories) {
  std::string text;
  for (const Story& story : stories) {
    std::vector<std::size_t> lines;  // of the statements
    std::size_t line = 0;
    auto question = story.questions.begin();
    const auto write_questions = [&] {
      for (; question != story.questions.end() && question->statements == lines.size(); ++question) {
        text += std::to_string(++line);
        append_words(text, question->words);
        text += "?\t" + question->answer + "\t";
        for (std::size_t i = 0; i < question->supporting_facts.size(); ++i)
          text += (i > 0 ? " " : "") + std::to_string(lines[question->supporting_facts[i]]);
        text += '\n';
      }
    };
    write_questions();
    for (const Words& statement : story.statements) {
      text += std::to_string(++line);
      append_words(text, statement);
      text += ".\n";
      lines.push_back(line);
      write_questions();
    }
  }
  return text;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
