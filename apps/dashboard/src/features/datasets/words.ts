export const words = {
  description: "Description",
  latest: "Latest version",
  none: "No datasets yet",
  noneLead: "Send a folder or archive of images with captions; it becomes version 1, and refining it makes the next.",
  push: "npx whetstone dataset push ./photos.zip --name photos\nnpx whetstone refine dsv_…",
} as const;
