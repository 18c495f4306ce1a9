/** Before the first paint, so that a dark page never flashes white. */
export function setColorScheme(): void {
  document.documentElement.dataset["mantineColorScheme"] = isDark(readScheme()) ? "dark" : "light";
}

function readScheme(): string {
  try {
    return localStorage.getItem("mantine-color-scheme-value") ?? "auto";
  } catch {
    // Storage is closed to us: follow the system.
    return "auto";
  }
}

function isDark(scheme: string): boolean {
  return scheme === "dark" || (scheme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
}
