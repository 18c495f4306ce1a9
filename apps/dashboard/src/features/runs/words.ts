export const words = {
  kind: "Kind",
  progress: "Progress",
  failed: "Failed tasks",
  none: "No runs yet",
  noneLead: "A run ingests, refines, trains or evaluates. It shows up here the moment it is asked for.",
} as const;
