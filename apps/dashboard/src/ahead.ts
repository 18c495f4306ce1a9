import { askAhead } from "./app/ask-ahead.ts";
import { setColorScheme } from "./app/color-scheme.ts";

// What runs before all else, as one small script that the parser waits for.
setColorScheme();
askAhead(location);
