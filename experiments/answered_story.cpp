#include "experiments/answered_story.hpp"

#include <algorithm>
#include <iomanip>
#include <numeric>
#include <ostream>
#include <span>
#include <stdexcept>

#include "experiments/story_tracing.hpp"
#include "experiments/text_table.hpp"

namespace tapehead {
namespace {

// One example's part of a tensor [step, example, …], of the last step.
std::span<const float> part(const TraceTensor& tensor, std::size_t example) {
  const std::size_t examples = tensor.shape[1];
  if (example >= examples) {
    throw std::out_of_range("example " + std::to_string(example) + " of " + std::to_string(examples));
  }
  const std::size_t size = tensor.values.size() / (tensor.shape[0] * examples);
  const std::size_t row = (tensor.shape[0] - 1) * examples + example;
  return {tensor.values.data() + row * size, size};
}

std::string text_of(std::span<const float> ids, const std::vector<std::string>& words) {
  std::string text;
  for (const float id : ids) {
    if (id > 0) text += (text.empty() ? "" : " ") + words.at(static_cast<std::size_t>(id) - 1);
  }
  return text;
}

// "0.97", "0.25 ahead".
void write_certainty(std::ostream& out, const TraceSet& traces, std::size_t example) {
  if (const TraceTensor* const lead = find_tensor(traces, "answer_lead")) {
    out << part(*lead, example)[0] << " ahead";
  } else {
    out << part(tensor_named(traces, "answer_probability"), example)[0];
  }
}

// Hops of one example but those at the end that looked nowhere; weights [hop, place].
std::size_t hops_used(std::span<const float> weights, std::size_t places) {
  const auto last = std::find_if(weights.rbegin(), weights.rend(), [](float weight) { return weight != 0; });
  const auto before = static_cast<std::size_t>(weights.rend() - last);
  return (before + places - 1) / places;
}

// What stands behind the statements, a column each.
struct Weights {
  std::vector<std::string> titles;
  std::size_t places = 0;
  std::vector<float> values;  // [title, place]
  bool are_scores = false;    // of attention whose softmax is left out, as at the start of training
};

// The weights of a hop are a distribution, or all 0.
bool are_distributions(std::span<const float> weights, std::size_t places) {
  constexpr float kRounding = 1e-3F;
  for (std::size_t first = 0; first < weights.size(); first += places) {
    const std::span<const float> hop = weights.subspan(first, places);
    if (std::ranges::any_of(hop, [](float weight) { return weight < 0; })) return false;
    if (std::accumulate(hop.begin(), hop.end(), 0.0F) > 1 + kRounding) return false;
  }
  return true;
}

Weights weights_of(const TraceSet& traces, std::size_t example) {
  Weights weights;
  if (const TraceTensor* const attention =
          find_tensor(traces, "attention")) {  // [step, example, hop, sentence]
    const auto values = part(*attention, example);
    weights.places = attention->shape[3];
    weights.values.assign(values.begin(), values.end());
    weights.are_scores = !are_distributions(values, weights.places);
    for (std::size_t hop = 1; hop <= hops_used(values, weights.places); ++hop)
      weights.titles.push_back("hop " + std::to_string(hop));
  } else if (const TraceTensor* const gates =
                 find_tensor(traces, "gates")) {  // [step, example, sentence, slot]
    const auto opened = part(*gates, example), read = part(tensor_named(traces, "slot_weights"), example);
    weights.titles = {"gate"};
    weights.places = gates->shape[2];
    for (std::size_t place = 0; place < weights.places; ++place)
      weights.values.push_back(
          std::inner_product(read.begin(), read.end(), opened.begin() + place * read.size(), 0.0F));
  }
  return weights;
}

}  // namespace

void write_answered_story(std::ostream& out, const TraceSet& traces, const std::vector<std::string>& words,
                          const ShownStory& shown) {
  const TraceTensor& story = tensor_named(traces, "story");  // [step, example, sentence, word]
  const Weights weights = weights_of(traces, shown.example);
  const bool looks = !weights.titles.empty();
  const std::size_t longest = story.shape[3], places = looks ? weights.places : story.shape[2];
  const auto of = [&](const char* name) { return part(tensor_named(traces, name), shown.example); };
  const std::span<const float> sentences = part(story, shown.example), support = of("support");
  struct Line {
    std::string text;
    std::size_t place;  // of the story as it was told; places: forgotten
  };
  std::vector<Line> lines;
  const std::string plain = shown.judged ? "  " : "", fact = shown.judged ? "● " : "";
  for (const std::string& statement : shown.forgotten) lines.push_back({plain + statement, places});
  for (std::size_t s = 0; s < story.shape[2]; ++s) {
    const std::string text = text_of(sentences.subspan(s * longest, longest), words);
    if (!text.empty()) lines.push_back({(support[s] > 0 ? fact : plain) + text, s});
  }
  const std::string question = text_of(of("question"), words) + "?";
  std::size_t width = text_width(question);
  for (const Line& line : lines) width = std::max(width, text_width(line.text));
  const auto begin = [&](const std::string& text) {
    out << "  " << text << std::string(width - text_width(text), ' ');
  };
  if (looks) {
    begin("");
    for (const std::string& title : weights.titles) out << "  " << std::setw(5) << title;
    out << "\n";
  }
  out << std::fixed << std::setprecision(2);
  for (const Line& line : lines) {
    begin(line.text);
    for (std::size_t column = 0; column < weights.titles.size(); ++column) {
      if (line.place == places) {
        out << "      -";
      } else {
        out << "  " << std::setw(5) << weights.values[column * places + line.place];
      }
    }
    out << "\n";
  }
  const std::string given = text_of(of("answer"), words), right = text_of(of("right_answer"), words);
  begin(question);
  out << "  " << given << " (";
  write_certainty(out, traces, shown.example);
  out << ")";
  if (shown.judged) out << (given == right ? ", right" : ", wrong: it is " + right);
  if (weights.are_scores) out << "\n  (linear start: the hops have scores, not probabilities)";
  out << "\n\n" << std::defaultfloat << std::setprecision(6);
}

}  // namespace tapehead
