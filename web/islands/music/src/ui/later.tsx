import { type ComponentType, useEffect, useState } from "react";

/** Pause before a chunk that did not come is asked for again. */
export const ASK_AGAIN_MS = 2_000;

/**
 * A component in a chunk of its own, shown as soon as it is there and asked for again when there was no link.
 *
 * Not `lazy`: React shows what a Suspense boundary waited for 300 ms after it began to wait, however soon it came, and
 * a chunk that does not come takes the whole interface down.
 */
export function later<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [Part, setPart] = useState(() => loaded);
    useEffect(() => {
      if (Part) return;
      let timer = 0;
      let isGone = false;
      const ask = () =>
        load().then(
          (part) => {
            loaded = part.default;
            if (!isGone) setPart(() => part.default);
          },
          () => {
            if (!isGone) timer = window.setTimeout(ask, ASK_AGAIN_MS);
          },
        );
      void ask();
      return () => {
        isGone = true;
        clearTimeout(timer);
      };
    }, [Part]);
    return Part && <Part {...props} />;
  };
}
