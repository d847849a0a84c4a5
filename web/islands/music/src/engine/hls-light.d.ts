/** hls.js publishes the types of its light build under the full build's name only. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
