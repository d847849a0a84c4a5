// Entry of the music islands. The page's inline loader imports it after `load`, or on the first click on an action.
import { startTransition } from "react";
import { pageLanguage } from "./boot";
import { loadMessages } from "./i18n";
import { Library } from "./library/library";
import { listenToActions, prefetchHls } from "./page/actions";
import { followPage } from "./page/follow";
import { listenToKeys } from "./page/keys";
import { Player } from "./player";
import { createStore } from "./store";
import { App } from "./ui/app";
import { createUi, type Parts, PartsContext } from "./ui/context";
import { ASK_AGAIN_MS } from "./ui/later";

const mount = document.getElementById("player");
/** Ends when the page's buttons and links are listened to. The loader waits for it before it repeats an early click. */
export const started = mount && start(mount);

async function start(mount: HTMLElement): Promise<void> {
  const texts = useTexts();
  await nextTask();
  const player = new Player([addAudio(mount), addAudio(mount)]);
  const page = createStore({ version: 0, title: document.title });
  const parts: Parts = { player, library: new Library(), ui: createUi(), page };

  await nextTask();
  // Whoever acts from here on is answered in words.
  const hasTexts = await texts;
  listenToActions(parts);
  listenToKeys(parts);
  await nextTask();
  followPage(parts);
  show(parts, mount, hasTexts);
  prefetchHls();
}

/** Puts the texts of the page's language into use. Says false where they did not come. */
function useTexts(): Promise<boolean> {
  return loadMessages(pageLanguage).then(
    (use) => {
      use();
      return true;
    },
    () => false,
  );
}

/** Draws the interface, as soon as its texts are there. */
async function show(parts: Parts, mount: HTMLElement, hasTexts: boolean): Promise<void> {
  if (!hasTexts) {
    setTimeout(async () => show(parts, mount, await useTexts()), ASK_AGAIN_MS);
    return;
  }
  await nextTask();
  const { createRoot } = await import("react-dom/client");
  const root = createRoot(mount.appendChild(document.createElement("div")));
  startTransition(() =>
    root.render(
      <PartsContext value={parts}>
        <App />
      </PartsContext>,
    ),
  );
}

/** Lets the page answer in between: on a phone all of the start is a tenth of a second. */
function nextTask(): Promise<void> {
  return new Promise((done) => setTimeout(done));
}

/** Elements of the page, so that the browser's own tools find them. */
function addAudio(mount: HTMLElement): HTMLAudioElement {
  const audio = document.createElement("audio");
  audio.preload = "auto";
  return mount.appendChild(audio);
}
