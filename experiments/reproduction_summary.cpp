#include "experiments/reproduction_summary.hpp"

#include <algorithm>
#include <cmath>

#include "experiments/progress.hpp"
#include "framework/tensor/error.hpp"

namespace tapehead {
namespace {

double median_of(const std::vector<SeedRecord>& records, double SeedRecord::*field) {
  std::vector<double> values;
  for (const SeedRecord& record : records) {
    if (!std::isnan(record.*field)) values.push_back(record.*field);
  }
  return median(values);
}

double median_evaluation(const std::vector<SeedRecord>& records, const std::string& column) {
  std::vector<double> values;
  for (const SeedRecord& record : records) {
    for (const auto& [name, value] : record.evaluations) {
      if (name == column && !std::isnan(value)) values.push_back(value);
    }
  }
  return median(values);
}

// A seed that diverged stays below no threshold, however long it might have gone on.
Duration duration_to_threshold(const SeedRecord& record) {
  if (!std::isnan(record.sequences_to_threshold)) return {record.sequences_to_threshold, true};
  const double observed = static_cast<double>(record.sequences);
  return {record.diverged() ? std::numeric_limits<double>::infinity() : observed, false};
}

// Whether its crossing was looked for at the threshold the result has now; true if it does not say.
bool has_threshold(const SeedRecord& record, const ReproductionResult& result) {
  constexpr double kRounding = 1e-9;
  const double expected = result.threshold + (result.above_optimum ? record.optimum : 0);
  return !(std::abs(record.threshold - expected) > kRounding * std::abs(expected));
}

// Everything but the verdict.
RowSummary sum_up(const ReproductionResult& result, const ReproductionRow& row,
                  std::span<const SeedRecord> all, const PublishedRow& published) {
  RowSummary summary;
  summary.row = &row;
  summary.published = published;
  summary.paper_sequences = published.first_below(result.threshold);
  summary.variations.assign(result.variations.size(), RowSummary::kNone);
  for (const SeedRecord& record : all) {
    if (record.row == row.name) summary.records.push_back(record);
  }
  if (summary.records.empty()) return summary;
  std::ranges::sort(summary.records, {}, &SeedRecord::seed);
  std::vector<double> losses;
  std::vector<Duration> durations;
  std::uint64_t sequences = 0;
  for (const SeedRecord& record : summary.records) {
    losses.push_back(record.compared_loss(result.above_optimum));
    if (std::isnan(losses.back())) {
      throw DataError(row.name + ", seed " + std::to_string(record.seed) + ": its record has no optimum");
    }
    sequences = std::max(sequences, record.sequences);
    if (record.diverged()) ++summary.diverged;
    if (losses.back() < result.threshold) ++summary.converged;
    if (!has_threshold(record, result)) {
      ++summary.other_threshold;
      continue;
    }
    durations.push_back(duration_to_threshold(record));
    if (!std::isnan(record.sequences_to_threshold)) ++summary.crossed;
  }
  summary.sequences = static_cast<double>(sequences);
  summary.share_of_paper = summary.sequences / result.paper_sequences;
  summary.loss = spread(losses);
  summary.best = *std::ranges::min_element(losses);
  summary.optimum = median_of(summary.records, &SeedRecord::optimum);
  summary.paper_loss = published.loss_at(summary.sequences);
  summary.survival = survival_curve(durations);
  summary.median_sequences = median_time(summary.survival);
  std::vector<SeedRecord> finished = summary.records;
  std::erase_if(finished, [](const SeedRecord& record) { return record.diverged(); });
  summary.wall_seconds = median_of(finished, &SeedRecord::wall_seconds);
  summary.all_wall_seconds = 0;
  for (const SeedRecord& record : summary.records) summary.all_wall_seconds += record.wall_seconds;
  summary.parameters = static_cast<double>(summary.records.front().parameters);
  for (std::size_t i = 0; i < result.variations.size(); ++i) {
    summary.variations[i] =
        median_evaluation(summary.records, result.variation_measure + "_" + result.variations[i].name());
  }
  return summary;
}

bool enough(const RowSummary& summary) { return summary.records.size() >= summary.row->seeds_needed; }

// What the median is held against; NaN if that is not known yet.
double limit_of(const Target& target, std::span<const RowSummary> rows) {
  if (target.kind != Target::Kind::above_ntms) return target.limit;
  double highest = RowSummary::kNone;
  for (const RowSummary& other : rows) {
    if (other.row->target.kind != Target::Kind::below) continue;
    if (!enough(other)) return RowSummary::kNone;
    highest = std::fmax(highest, other.loss.median);
  }
  return highest;
}

// A net that is to be worse may only be less trained: what is to be said of that, or nothing.
std::string fewer_sequences(const ReproductionResult& result, const RowSummary& summary,
                            std::span<const RowSummary> rows) {
  const auto remark = [&](const std::string& whose, double sequences) {
    const auto text = [](double count) { return grouped(static_cast<std::uint64_t>(std::llround(count))); };
    return ", at " + text(summary.sequences) + " sequences, " + whose + " at " + text(sequences);
  };
  const Target::Kind kind = summary.row->target.kind;
  if (kind == Target::Kind::above && summary.sequences < result.paper_sequences) {
    return remark("the paper", result.paper_sequences);
  }
  if (kind != Target::Kind::above_ntms) return "";
  double most = RowSummary::kNone;
  for (const RowSummary& other : rows) {
    if (other.row->target.kind == Target::Kind::below) most = std::fmax(most, other.sequences);
  }
  return most != summary.sequences ? remark("the NTMs", most) : "";
}

std::string verdict_on(const ReproductionResult& result, const RowSummary& summary,
                       std::span<const RowSummary> rows) {
  const Target& target = summary.row->target;
  if (target.kind == Target::Kind::none) return "no target";
  if (!enough(summary)) {
    return "not enough seeds (" + std::to_string(summary.records.size()) + " of " +
           std::to_string(summary.row->seeds_needed) + ")";
  }
  const double limit = limit_of(target, rows);
  if (std::isnan(limit)) return "not enough seeds of the NTMs";
  const double ours = summary.loss.median;
  if (std::isinf(ours)) return "missed: at least half of the seeds diverged";
  if (std::isinf(limit)) return "the NTMs diverged";
  const double missed_by = target.kind == Target::Kind::below ? ours - limit : limit - ours;
  const bool met = target.kind == Target::Kind::below ? ours < limit : ours > limit;
  return (met ? "reproduced" : "missed by " + short_number(missed_by) + " bit") +
         fewer_sequences(result, summary, rows);
}

}  // namespace

std::vector<RowSummary> summarise(const ReproductionResult& result, std::span<const SeedRecord> records,
                                  std::span<const PublishedRow> published, bool quick) {
  std::vector<RowSummary> summaries;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    summaries.push_back(sum_up(result, result.rows[i], records, published[i]));
  }
  for (RowSummary& summary : summaries) {
    if (summary.records.empty()) {
      summary.verdict = "no seeds yet";
    } else {
      summary.verdict = quick ? "quick look" : verdict_on(result, summary, summaries);
    }
  }
  return summaries;
}

std::string target_text(const ReproductionResult& result, const Target& target) {
  const std::string limit = short_number(target.limit) + " bit";
  switch (target.kind) {
    case Target::Kind::none:
      break;
    case Target::Kind::below:
      return result.above_optimum ? "within " + limit + " of the optimum" : "below " + limit;
    case Target::Kind::above:
      return "above " + limit;
    case Target::Kind::above_ntms:
      return "above the NTMs";
  }
  return "";
}

}  // namespace tapehead
