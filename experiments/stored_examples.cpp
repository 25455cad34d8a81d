#include "experiments/stored_examples.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <variant>

#include "experiments/run_settings.hpp"
#include "framework/io/sha256.hpp"
#include "framework/tensor/error.hpp"
#include "tasks/babi/babi.hpp"

namespace tapehead {
namespace {

template <class Tensor>
std::string bytes_of(const Tensor& tensor) {
  return {reinterpret_cast<const char*>(tensor.data()), tensor.size() * sizeof(*tensor.data())};
}

// With the extents, without which the same numbers could be other sentences.
template <class... Tensors>
std::string digest_of(const Tensors&... tensors) {
  std::string all;
  const auto add = [&](const auto& tensor) {
    for (const std::size_t extent : tensor.shape()) all += std::to_string(extent) + " ";
    all += bytes_of(tensor);
  };
  (add(tensors), ...);
  return sha256_hex(all);
}

std::string digest_of_batch(const SequenceBatch& b) { return digest_of(b.inputs, b.targets, b.mask); }

std::string digest_of_batch(const StoryBatch& b) {
  return digest_of(b.sentences, b.sentence_lengths, b.sentence_ages, b.story_lengths, b.questions,
                   b.question_lengths, b.answers, b.supporting_facts, b.supporting_counts);
}

}  // namespace

std::string digest_of_examples(const Task& task) {
  const auto* const stories = dynamic_cast<const Babi*>(&task);
  // Words one by one would be a hundred times the size.
  const bool as_text = stories != nullptr && stories->story_shape().words == 0;
  constexpr std::size_t kAtOnce = 1000;  // bounds the memory it takes
  std::string digests;
  for (const Split split : {Split::train, Split::validation, Split::test}) {
    const std::size_t size = task.size(split);
    Batch batch;
    for (std::size_t i = 0; as_text && i < size; ++i) {
      const std::vector<StoryBatch::Id> text = stories->text_of(split, i);
      digests += sha256_hex({reinterpret_cast<const char*>(text.data()), text.size() * sizeof(text[0])});
    }
    for (std::size_t first = 0; !as_text && first < size; first += kAtOnce) {
      task.take(split, first, std::min(kAtOnce, size - first), batch);
      digests += std::visit([](const auto& held) { return digest_of_batch(held); }, batch);
    }
    digests += "\n";
  }
  if (digests == "\n\n\n") return {};
  for (const std::string& word : task.words()) digests += word + "\n";
  return sha256_hex(digests);
}

void expect_same_examples(const std::filesystem::path& run, const RunInfo& info) {
  const AttributeValue* const stored = find_attribute(info.provenance, kExamplesDigest);
  const auto* const before = stored != nullptr ? std::get_if<std::string>(stored) : nullptr;
  if (before == nullptr) return;
  std::unique_ptr<RunSettings> settings;
  try {
    settings = stored_settings(info.settings, run.string(), {});
  } catch (const DataError&) {
    return;  // a damaged text; checkpoints have their own
  } catch (const UsageError&) {
    return;
  }
  const std::string now = digest_of_examples(*settings->make_task());
  if (now == *before) return;
  throw DataError(run.string() +
                  ": its net was trained on other examples than its settings read now: their SHA-256 is " +
                  now + ", was " + *before + ". Put the files back that task.data named then, or train anew");
}

}  // namespace tapehead
