import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `make web` finds a running server: `latentgraph serve` says its address. */
const server = process.env.LATENTGRAPH_SERVER ?? "http://127.0.0.1:8188";

export default defineConfig({
  plugins: [react()],
  base: "./",
  build: {
    outDir: "dist",
    target: "es2023",
    assetsInlineLimit: 0,
    // What public/offline.js keeps in the browser.
    manifest: "files.json",
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
    // One file for the first sight: what it shares with later parts would make a dozen small ones.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: "first", test: /\/src\/main\.tsx$/ }] } },
      // xyflow makes its map, controls and resizer at import by calls nobody has marked as pure.
      treeshake: { manualPureFunctions: ["memo", "forwardRef", "fixedForwardRef"] },
    },
  },
  server: {
    host: "127.0.0.1",
    // The server checks Host and Origin: what comes from the dev page is passed on as its own.
    proxy: {
      "/api": {
        target: server,
        changeOrigin: true,
        ws: true,
        configure: (proxy) => {
          proxy.on("proxyReq", (request) => {
            request.setHeader("origin", server);
          });
          proxy.on("proxyReqWs", (request) => {
            request.setHeader("origin", server);
          });
        },
      },
    },
  },
});
