#include "framework/models/model_catalogue.hpp"

#include <algorithm>

#include "framework/memory/ntm_memory.hpp"
#include "framework/models/bag_of_words.hpp"
#include "framework/models/entnet.hpp"
#include "framework/models/kv_memn2n.hpp"
#include "framework/models/lstm_baseline.hpp"
#include "framework/models/memn2n.hpp"
#include "framework/models/memnn.hpp"
#include "framework/models/model_builders.hpp"

namespace tapehead::inline TAPEHEAD_PRECISION {

namespace {

constexpr ModelEntry kModels[] = {
    memory<NtmMemory>("ntm", "neural Turing machine; Graves, Wayne and Danihelka 2014, arXiv:1410.5401"),
    model<MemN2N>("memn2n", "end-to-end memory network; Sukhbaatar et al. 2015, arXiv:1503.08895"),
    model<KvMemN2N>("kv_memn2n", "key-value memory network; Miller et al. 2016, arXiv:1606.03126"),
    model<MemNN>("memnn", "memory network with supervised hops; Weston et al. 2014, 2015, arXiv:1502.05698"),
    model<EntNet>("entnet", "recurrent entity network; Henaff et al. 2017, arXiv:1612.03969"),
    model<BagOfWords>("bag_of_words", "counts of a story's and a question's words, a baseline of ours"),
    model<LstmBaseline>("lstm", "stacked LSTM without memory; Graves, Wayne and Danihelka 2014, Table 3"),
};

}  // namespace

std::span<const ModelEntry> model_catalogue() { return kModels; }

const ModelEntry* find_model(std::string_view name) {
  const auto found = std::find_if(std::begin(kModels), std::end(kModels),
                                  [&](const ModelEntry& e) { return e.name == name; });
  return found != std::end(kModels) ? found : nullptr;
}

}  // namespace tapehead::inline TAPEHEAD_PRECISION
