// Which tables of errors by bAbI task there are.
#include "experiments/story_table.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/run_settings.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

// Percentage points.
constexpr double kTolerance = 2.5, kBestTolerance = 1.5, kEntityTolerance = 0.5;

// Of nets that take minutes each; a verdict on fewer than the paper's ten is the stricter one, as there are fewer to choose
// from.
constexpr std::size_t kFewNets = 3;

StoryVariant single(const std::string& name, const std::string& label, const std::string& published,
                    double tolerance, std::size_t nets_needed = StoryVariant::kNets) {
  return {.name = name,
          .label = label,
          .preset = "memn2n2015/" + name,
          .published = "MemN2N " + published,
          .tolerance = tolerance,
          .nets_needed = nets_needed};
}

StoryVariant joint(const std::string& name, const std::string& label, const std::string& published) {
  return {.name = name,
          .label = label,
          .preset = "memn2n2015/" + name,
          .published = "MemN2N " + published,
          .tolerance = kBestTolerance,
          .joint = true,
          .nets_needed = kFewNets};
}

StoryVariant supervised(const std::string& name, const std::string& label) {
  return {.name = name,
          .label = label,
          .preset = "weston2015/" + name,
          .published = label,
          .tolerance = kTolerance,
          .nets = kFewNets,
          .nets_needed = kFewNets};
}

// No memory; it overfits, and the paper does not say what was done about it.
StoryVariant lstm() {
  return {.name = "lstm",
          .label = "LSTM",
          .preset = "memn2n2015/lstm",
          .published = "LSTM",
          .tolerance = kTolerance,
          .nets = 1,
          .nets_needed = 1,
          .best = true};
}

}  // namespace

std::string percent_text(double value) {
  if (std::isnan(value)) return "";
  const std::string text = std::to_string(std::round(10 * value) / 10);
  return text.substr(0, text.find('.') + 2);
}

bool StoryTable::judges(std::size_t task) const {
  return std::ranges::find(not_judged, task) == not_judged.end();
}

std::span<const StoryTable> story_tables() {
  static const std::vector<StoryTable> kTables = {
      {.paper = "memn2n2015",
       .name = "table1",
       .title = "End-to-end memory networks on bAbI, 1,000 training questions a task",
       .source = "Sukhbaatar, Szlam, Weston and Fergus 2015, Table 1",
       .reference = "memn2n_table1_1k.csv",
       .variants = {single("bow", "BoW", "BoW", kTolerance), single("pe", "PE", "PE", kTolerance),
                    single("pe-ls", "PE LS", "PE LS", kTolerance),
                    single("pe-ls-rn", "PE LS RN", "PE LS RN", kBestTolerance),
                    joint("joint-1hop", "1 hop joint", "1 hop PE LS joint"),
                    joint("joint-2hop", "2 hops joint", "2 hops PE LS joint"),
                    joint("joint-3hop", "3 hops joint", "3 hops PE LS joint"),
                    joint("joint-pe-ls-rn", "PE LS RN joint", "PE LS RN joint"),
                    joint("joint-lw", "LW joint", "PE LS LW joint")},
       // Nets learn 3, 16 and 19 either well or hardly, and one such task moves a mean by 2.5 points.
       .excusable = {3, 16, 19},
       .questions = 1000},
      {.paper = "memn2n2015",
       .name = "table3",
       .title = "End-to-end memory networks on bAbI, 10,000 training questions a task",
       .source = "Sukhbaatar, Szlam, Weston and Fergus 2015, Table 3",
       .reference = "memn2n_table3_10k.csv",
       .variants = {single("pe-ls-rn-10k", "PE LS RN", "PE LS RN", kBestTolerance, kFewNets),
                    single("lw-relu-10k", "LW ReLU", "PE LS LW RN* (d=100, ReLU)", kTolerance, kFewNets),
                    joint("joint-pe-ls-rn-10k", "PE LS RN joint", "PE LS RN joint")},
       .questions = 10000,
       .not_judged = {3}},
      {.paper = "weston2015",
       .name = "table3",
       .title = "Memory networks with supervised hops, and an LSTM, on bAbI, 1,000 training questions a task",
       .source = "Weston et al. 2015, Table 3",
       .reference = "weston2015_table3_1k.csv",
       .variants = {supervised("memnn", "MemNN"), supervised("am", "MemNN AM"),
                    supervised("am-ng", "MemNN AM+NG"), supervised("am-nl", "MemNN AM+NL"),
                    supervised("am-ng-nl", "MemNN AM+NG+NL"), lstm()},
       .questions = 1000,
       .choice_is_published = false},
      {.paper = "henaff2017",
       .name = "table2",
       .title = "Recurrent entity networks on bAbI, 10,000 training questions a task",
       .source = "Henaff, Weston, Szlam, Bordes and LeCun 2017, Table 2",
       .reference = "entnet_table2_10k.csv",
       .variants = {{.name = "entnet",
                     .label = "EntNet",
                     .preset = "henaff2017/entnet",
                     .published = "EntNet",
                     .tolerance = kEntityTolerance,
                     .nets_needed = kFewNets,
                     .task_settings = {{3, "task.statements", "130"}}}},  // section 5.2
       .questions = 10000,
       .not_judged = {3},
       .choice = StoryTable::Choice::validation,
       .until_perfect = true}};
  return kTables;
}

std::vector<const StoryTable*> find_story_tables(const std::string& name) {
  std::vector<const StoryTable*> found;
  for (const StoryTable& table : story_tables()) {
    if (table.paper == name || table.id() == name) found.push_back(&table);
  }
  return found;
}

StoryTable chosen_by(const StoryTable& table, StoryTable::Choice choice) {
  StoryTable result = table;
  if (choice == table.choice) return result;
  result.choice = choice;
  result.choice_is_published = false;
  result.suffix = choice == StoryTable::Choice::training ? "-by-training" : "-by-validation";
  return result;
}

StoryTable with_paper_conventions(const StoryTable& table) {
  StoryTable result = table;
  for (StoryVariant& variant : result.variants) {
    const auto preset = preset_settings(variant.preset, {});
    const auto is = [&](const char* key, std::string_view value) {
      const Settings::Entry* const entry = preset->settings().find(key);
      return entry != nullptr && format_value(entry->field) == value;
    };
    if (!is("model.conventions", "released"))
      throw UsageError("--conventions: " + table.id() + " has no others, preset " + variant.preset +
                       " does not know them");
    variant.settings = {{"model.conventions", "paper"}};
    if (is("model.empty_slots", "true")) variant.settings.emplace_back("model.empty_slots", "false");
    if (is("model.word_order", "position_released"))
      variant.settings.emplace_back("model.word_order", "position");
  }
  result.name += "-paper-conventions";
  result.title += ", by the paper's conventions";
  return result;
}

}  // namespace tapehead
