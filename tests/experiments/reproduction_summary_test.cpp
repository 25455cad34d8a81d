#include "experiments/reproduction_summary.hpp"

#include <cmath>
#include <sstream>

#include "experiments/reproduction_table.hpp"
#include "framework/tensor/error.hpp"
#include "tests/support/catch.hpp"

using namespace tapehead;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ReproductionResult result_with(Target target, std::size_t needed = 3) {
  return {.paper = "p",
          .name = "r",
          .title = "A result",
          .source = "A paper",
          .figure = "Figure 1",
          .task = "r",
          .paper_sequences = 1000,
          .threshold = 1,
          .rows = {{.name = "r-ntm",
                    .short_name = "ntm",
                    .label = "NTM",
                    .preset = "p/r-ntm",
                    .curve = "NTM",
                    .table = "NTM",
                    .seeds = 3,
                    .seeds_needed = needed,
                    .target = target},
                   {.name = "r-lstm",
                    .short_name = "lstm",
                    .label = "LSTM",
                    .preset = "p/r-lstm",
                    .curve = "LSTM",
                    .table = "LSTM",
                    .seeds = 1,
                    .seeds_needed = 1,
                    .target = {Target::Kind::above_ntms, 0}}}};
}

SeedRecord record(const std::string& row, std::size_t seed, double loss, double sequences_to_threshold) {
  SeedRecord record;
  record.row = row;
  record.seed = seed;
  record.status = std::isnan(loss) ? "diverged" : "finished";
  record.sequences = 500;
  record.late_loss = loss;
  record.sequences_to_threshold = sequences_to_threshold;
  record.wall_seconds = 60;
  return record;
}

constexpr double kNever = SeedRecord::kNone;
constexpr double kDiverged = SeedRecord::kNone;

std::vector<RowSummary> summaries(const ReproductionResult& result, const std::vector<SeedRecord>& records) {
  const std::vector<PublishedRow> published(result.rows.size());
  return summarise(result, records, published);
}

}  // namespace

TEST_CASE("a row is summed up over all its seeds, those that diverged among them") {
  const auto rows = summaries(result_with({Target::Kind::below, 1}, 4),
                              {record("r-ntm", 2, 0.4, 100), record("r-ntm", 1, 0.2, 300),
                               record("r-ntm", 3, 5, 200), record("r-ntm", 4, kDiverged, kNever)});
  const RowSummary& row = rows.front();
  CHECK(row.records.front().seed == 1);
  CHECK(row.loss.median == Approx((0.4 + 5) / 2));  // of 0.2, 0.4, 5 and infinity
  CHECK(row.loss.lower_quartile == Approx(0.35));
  CHECK(std::isinf(row.loss.upper_quartile));
  CHECK(row.best == 0.2);
  CHECK(row.diverged == 1);
  CHECK(row.converged == 2);
  CHECK(row.crossed == 3);
  CHECK(row.median_sequences == 200.0);
  CHECK(row.sequences == 500);
  CHECK(row.share_of_paper == 0.5);
  CHECK(row.verdict == "missed by 1.7 bit");
}

TEST_CASE("the verdict holds the median against the target") {
  const auto verdict = [](std::vector<double> losses) {
    std::vector<SeedRecord> records;
    for (const double loss : losses) records.push_back(record("r-ntm", records.size() + 1, loss, kNever));
    return summaries(result_with({Target::Kind::below, 1}), records).front().verdict;
  };
  CHECK(verdict({}) == "no seeds yet");
  CHECK(verdict({0.1, 0.1}) == "not enough seeds (2 of 3)");
  CHECK(verdict({0.1, 0.2, 9}) == "reproduced");
  CHECK(verdict({0.1, 1, 9}) == "missed by 0 bit");
  CHECK(verdict({0.1, 1.25, 9}) == "missed by 0.25 bit");
  CHECK(verdict({0.1, kDiverged, kDiverged}) == "missed: at least half of the seeds diverged");
}

TEST_CASE("a baseline that is to be worse than the NTMs waits for them") {
  const ReproductionResult result = result_with({Target::Kind::below, 1});
  std::vector<SeedRecord> records = {record("r-lstm", 1, 0.5, kNever), record("r-ntm", 1, 0.4, kNever)};
  CHECK(summaries(result, records)[1].verdict == "not enough seeds of the NTMs");
  records.push_back(record("r-ntm", 2, 0.4, kNever));
  records.push_back(record("r-ntm", 3, 0.9, kNever));
  CHECK(summaries(result, records)[1].verdict == "reproduced");
  records.front().late_loss = 0.25;
  CHECK(summaries(result, records)[1].verdict == "missed by 0.15 bit");
}

TEST_CASE("a net that diverged is not worse than one that learned, nor better than others that did") {
  const ReproductionResult result = result_with({Target::Kind::below, 1});
  std::vector<SeedRecord> records = {record("r-lstm", 1, kDiverged, kNever)};
  for (std::size_t seed = 1; seed <= 3; ++seed) records.push_back(record("r-ntm", seed, 0.4, kNever));
  CHECK(summaries(result, records)[1].verdict == "missed: at least half of the seeds diverged");
  records.front() = record("r-lstm", 1, 0.5, kNever);
  records[1] = record("r-ntm", 1, kDiverged, kNever);
  records[2] = record("r-ntm", 2, kDiverged, kNever);
  CHECK(summaries(result, records)[1].verdict == "the NTMs diverged");
  records.front() = record("r-lstm", 1, kDiverged, kNever);
  CHECK(summaries(result, records)[1].verdict == "missed: at least half of the seeds diverged");
  const auto above = summaries(result_with({Target::Kind::above, 0.1}), records);
  CHECK(above.front().verdict == "missed: at least half of the seeds diverged");
}

TEST_CASE("a verdict that a net is worse says when it had fewer sequences") {
  std::vector<SeedRecord> records = {record("r-lstm", 1, 0.5, kNever)};
  for (std::size_t seed = 1; seed <= 3; ++seed) records.push_back(record("r-ntm", seed, 0.4, kNever));
  records.front().sequences = 200;
  CHECK(summaries(result_with({Target::Kind::below, 1}), records)[1].verdict ==
        "reproduced, at 200 sequences, the NTMs at 500");
  CHECK(summaries(result_with({Target::Kind::above, 0.1}), records)[0].verdict ==
        "reproduced, at 500 sequences, the paper at 1,000");
}

TEST_CASE("a quick look has no verdict") {
  const ReproductionResult result = result_with({Target::Kind::below, 1}, 1);
  const std::vector<PublishedRow> published(2);
  const auto rows = summarise(result, std::vector{record("r-ntm", 1, 0.1, 100)}, published, true);
  CHECK(rows[0].verdict == "quick look");
  CHECK(rows[1].verdict == "no seeds yet");
}

TEST_CASE("seeds measured at another threshold are left out of the sequences to it, and the table says so") {
  const ReproductionResult result = result_with({Target::Kind::below, 1});
  std::vector<SeedRecord> records = {record("r-ntm", 1, 0.4, 100), record("r-ntm", 2, 0.4, 300),
                                     record("r-ntm", 3, 0.4, 400)};
  records[0].threshold = 2;
  records[1].threshold = records[2].threshold = 1;
  records[0].revision = "aaa", records[1].revision = records[2].revision = "0123456789abcdef+";
  const auto rows = summaries(result, records);
  CHECK(rows.front().crossed == 2);
  CHECK(rows.front().median_sequences == 300.0);
  CHECK(rows.front().converged == 3);
  std::ostringstream text;
  write_reproduction_table(text, result, rows);
  CHECK(contains(text.str(), "NTM: 1 of 3 seeds were measured at another threshold"));
  CHECK(contains(text.str(), "revisions: 0123456789+ (2 seeds), aaa (1 seed)"));
}

TEST_CASE("costs above the optimum are compared where the result says so") {
  ReproductionResult result = result_with({Target::Kind::below, 1});
  result.above_optimum = true;
  std::vector<SeedRecord> records;
  for (std::size_t seed = 1; seed <= 3; ++seed) {
    records.push_back(record("r-ntm", seed, 134, kNever));
    records.back().optimum = 133.5;
  }
  const auto rows = summaries(result, records);
  CHECK(rows.front().loss.median == 0.5);
  CHECK(rows.front().optimum == 133.5);
  CHECK(rows.front().verdict == "reproduced");
  records.front().optimum = SeedRecord::kNone;
  CHECK_THROWS_AS(summaries(result, records), DataError);
}

TEST_CASE("the paper's cost is that after as many sequences as ours") {
  const ReproductionResult result = result_with({Target::Kind::below, 1});
  std::vector<PublishedRow> published(2);
  published.front().curve = {{0, 8}, {1000, 0}};
  const std::vector<SeedRecord> records = {record("r-ntm", 1, 0.5, kNever)};
  const auto rows = summarise(result, records, published);
  CHECK(rows.front().paper_loss == 4);
  CHECK(rows.front().paper_sequences == 1000);
  CHECK(std::isnan(rows.back().paper_loss));
}

TEST_CASE("the table says what was never reached and what diverged") {
  const ReproductionResult result = result_with({Target::Kind::below, 1});
  const auto rows = summaries(result, {record("r-ntm", 1, 4, kNever), record("r-ntm", 2, 5, kNever),
                                       record("r-ntm", 3, kDiverged, kNever)});
  std::ostringstream text;
  write_reproduction_table(text, result, rows);
  CHECK(contains(text.str(), "not reached"));
  CHECK(contains(text.str(), "3, 1 diverged"));
  CHECK(contains(text.str(), "0 of 3"));
  CHECK(contains(text.str(), "4.5 to diverged"));
  CHECK_FALSE(contains(text.str(), "LSTM"));  // it has no seeds
  const CsvTable table = reproduction_table(result, rows);
  REQUIRE(table.rows.size() == 2);
  CHECK(table.cell(table.rows[0], "median_sequences_to_threshold").empty());
  CHECK(table.cell(table.rows[0], "upper_quartile") == "inf");
  CHECK(table.cell(table.rows[0], "verdict") == "missed by 4 bit");
  CHECK(table.cell(table.rows[1], "seeds") == "0");
}

TEST_CASE("published curves are read between their points") {
  PublishedRow row;
  row.curve = {{100, 10}, {200, 4}, {400, 2}};
  CHECK(std::isnan(row.loss_at(99)));
  CHECK(row.loss_at(100) == 10);
  CHECK(row.loss_at(150) == 7);
  CHECK(row.loss_at(300) == 3);
  CHECK(row.loss_at(1000) == 2);
  CHECK(row.first_below(4) == 400);
  CHECK(std::isnan(row.first_below(2)));
  row.optimum = 1;
  CHECK(row.loss_at(300) == 2);
  CHECK(row.first_below(2) == 400);
}
