// Every name that stands in a run directory, its run.h5 and its checkpoints. results/FORMAT.md explains them.
#pragma once

namespace tapehead::schema {

// Files of a run directory. What is being written carries kPartial until it is complete, so that nothing half
// written ever ends in .h5; a checkpoint that was found damaged is renamed to end in kSetAside.
inline constexpr const char* kRunFile = "run.h5";
inline constexpr const char* kLockFile = "lock";
inline constexpr const char* kCheckpointDirectory = "checkpoints";
inline constexpr const char* kCheckpointPrefix = "step-";
inline constexpr const char* kBestCheckpoint = "best.h5";
inline constexpr const char* kFileSuffix = ".h5";
inline constexpr const char* kPartial = ".partial";
inline constexpr const char* kSetAside = ".bad";

// Attributes of the root group.
inline constexpr const char* kConventions = "Conventions";
inline constexpr const char* kRunConventions = "Tapehead-run-1";
inline constexpr const char* kCheckpointConventions = "Tapehead-checkpoint-1";
inline constexpr const char* kTablesConventions = "Tapehead-tables-1";
inline constexpr const char* kTitle = "title";
inline constexpr const char* kRunId = "run_id";

// Groups and single datasets of a run.
inline constexpr const char* kConfig = "config";
inline constexpr const char* kSettingsText = "text";
inline constexpr const char* kProvenance = "provenance";
inline constexpr const char* kStatus = "status";
inline constexpr const char* kWallSeconds = "wall_seconds";
inline constexpr const char* kEndUnixTime = "end_unix_time";
inline constexpr const char* kMetrics = "metrics";
inline constexpr const char* kTrain = "train";
inline constexpr const char* kEval = "eval";
inline constexpr const char* kSummary = "summary";
inline constexpr const char* kTraces = "traces";
inline constexpr const char* kAnswers = "answers";
inline constexpr const char* kVocabulary = "vocabulary";
inline constexpr const char* kWord = "word";

// Metrics: the dimension scale of all columns of a group.
inline constexpr const char* kStep = "step";
inline constexpr unsigned kMetricsChunk = 1024;  // rows

// Attributes of datasets and groups: those of the CF conventions, and NeXus's for viewers.
inline constexpr const char* kUnits = "units";
inline constexpr const char* kLongName = "long_name";
inline constexpr const char* kFlagValues = "flag_values";
inline constexpr const char* kFlagMeanings = "flag_meanings";
inline constexpr const char* kStatusMeanings = "running finished interrupted diverged failed";
inline constexpr const char* kNexusClass = "NX_class";
inline constexpr const char* kNexusData = "NXdata";
inline constexpr const char* kSignal = "signal";
inline constexpr const char* kAxes = "axes";
inline constexpr const char* kLoss = "loss";

// Groups and attributes of a checkpoint that a run does not have.
inline constexpr const char* kPrecision = "precision";
inline constexpr const char* kCounters = "counters";
inline constexpr const char* kModel = "model";
inline constexpr const char* kOptimizer = "optimizer";

}  // namespace tapehead::schema
