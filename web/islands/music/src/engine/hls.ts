// Entry of the chunk with hls.js in it; the build's manifest knows it under this name.
export { HlsSource } from "./hls-source";
