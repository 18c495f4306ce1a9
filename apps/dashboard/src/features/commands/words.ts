export const words = {
  title: "Go to",
  open: "Go to",
  placeholder: "A page, a name or an id",
  keys: "Ctrl K",
  pages: "Pages",
  nothing: "Nothing has that name. Only the newest of each kind are looked through; an id leads anywhere.",
  byId: (id: string) => `Open ${id}`,
  newDataset: "New dataset",
} as const;
