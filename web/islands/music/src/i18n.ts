/** Values for the placeholders of a message. */
type Values = Record<string, string | number>;

let messages: Record<string, string> = {};
let plurals = new Intl.PluralRules("ko");
let language = "ko";

/** Loads the messages of one language; the other one is not fetched. What it returns puts them into use. */
export async function loadMessages(wanted: string): Promise<() => void> {
  const isEnglish = wanted === "en";
  const module = isEnglish ? await import("@messages/en.json") : await import("@messages/ko.json");
  return () => {
    language = isEnglish ? "en" : "ko";
    messages = module.default;
    plurals = new Intl.PluralRules(language);
  };
}

/** The language of the page. */
export function locale(): string {
  return language;
}

/** A message with its placeholders filled. */
export function t(key: string, values: Values = {}): string {
  const text = messages[key] ?? key;
  return text.replace(/\{([a-z_]+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** A message that depends on a number, by the language's own rule. */
export function tCount(key: string, count: number, values: Values = {}): string {
  const form = plurals.select(count) === "one" ? "one" : "other";
  return t(`${key}_${form}`, { count: count.toLocaleString(language), ...values });
}

/** `3:05`, or `1:02:03` from an hour on. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** A time in words, as a screen reader should say it. */
export function spokenTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return t("player.time_spoken", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}
