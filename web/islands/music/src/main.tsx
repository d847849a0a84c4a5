// Entry of the music islands. Loaded by the page's inline loader after `load`.
export {};
