import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { queryClient } from "../lib/query-client.ts";
import { setNonce } from "get-nonce";
import { router } from "./router.tsx";
import { theme } from "./theme.ts";

/** The nonce under which this page may add style sheets; the Worker writes it into the page it serves. */
const styleNonce = (): string => document.querySelector<HTMLMetaElement>("meta[name=style-nonce]")?.content ?? "";

// What locks scrolling under a drawer adds its styles by this library.
setNonce(styleNonce());

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={styleNonce}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
