// The typed client: every path, parameter and answer comes from the server's own description (`schema.d.ts`, made by
// `make gen`). When the description changes, what no longer fits it does not compile.
import type { components, paths } from "./schema";

type Schemas = components["schemas"];
export type AlbumName = Schemas["AlbumName"];
export type Delivery = Schemas["Delivery"];
export type Failure = Schemas["Failure"];
export type Lyrics = Schemas["Lyrics"];
export type LyricsLine = Schemas["LyricsLine"];
export type Named = Schemas["Named"];
export type Play = Schemas["Play"];
export type PlaybackSummary = Schemas["PlaybackSummary"];
export type ReportPlay = Schemas["ReportPlay"];
export type ReportedPlay = Schemas["ReportedPlay"];
export type SearchResult = Schemas["SearchResult"];
export type Track = Schemas["Track"];

type Method = "get" | "post" | "put";
/** The paths that have this method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<M extends Method, P extends PathOf<M>> = paths[P][M];
type JsonOf<T> = T extends { content: { "application/json": infer Body } } ? Body : never;
/** The JSON that an operation answers with when all is well. */
type AnswerOf<O> = O extends { responses: infer R } ? JsonOf<R[Extract<keyof R, 200 | 201>]> : never;
type InputOf<O> = (O extends { parameters: { path: infer Path } } ? { path: Path } : { path?: never }) &
  (O extends { parameters: { query?: infer Query } } ? { query?: Query } : { query?: never }) &
  (O extends { requestBody: infer Body } ? { body: JsonOf<Body> } : { body?: never });

/** An answer that is not what was asked for, by RFC 9457. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, title: string) {
    super(title);
    this.name = "ProblemError";
    this.status = status;
    this.code = code;
  }
}

/** Asks a path of the API, or throws what went wrong. */
export function get<P extends PathOf<"get">>(
  path: P,
  input: InputOf<Operation<"get", P>>,
  signal?: AbortSignal,
): Promise<AnswerOf<Operation<"get", P>>> {
  return follow<P>(addressOf(path, input), signal);
}

/** Asks an address that an answer gave. `P` names the path it is an instance of. */
export async function follow<P extends PathOf<"get">>(
  url: string,
  signal?: AbortSignal,
): Promise<AnswerOf<Operation<"get", P>>> {
  const response = await fetch(url, { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  if (response.ok) return response.json();
  const problem = (await response.json().catch(() => ({}))) as Partial<Schemas["Problem"]>;
  throw new ProblemError(response.status, problem.code ?? "", problem.title ?? response.statusText);
}

/** What became of something sent: a status (0 for no answer at all), what it carried, and when to ask again. */
export interface Sent<T> {
  status: number;
  body: T | null;
  retryAfterMs: number | null;
}

/** Sends to a path of the API. Never throws; the request outlives the page, so that the last one arrives too. */
export async function send<M extends "post" | "put", P extends PathOf<M>>(
  method: M,
  path: P,
  input: InputOf<Operation<M, P>>,
): Promise<Sent<AnswerOf<Operation<M, P>>>> {
  try {
    const response = await fetch(addressOf(path, input), {
      method: method.toUpperCase(),
      headers: { "content-type": "application/json" },
      body: JSON.stringify(input.body),
      keepalive: true,
    });
    const body = response.ok && response.status !== 204 ? await response.json() : null;
    return { status: response.status, body, retryAfterMs: retryAfterMs(response) };
  } catch {
    return { status: 0, body: null, retryAfterMs: null };
  }
}

/** When to ask again, where the answer says so. */
export function retryAfterMs({ headers }: Response): number | null {
  const seconds = Number(headers.get("retry-after"));
  return seconds > 0 ? seconds * 1_000 : null;
}

interface Parameters {
  path?: unknown;
  query?: unknown;
}

function addressOf(path: string, input: Parameters): string {
  const values = (input.path ?? {}) as Record<string, string>;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ""));
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {}))
    if (value !== undefined) query.set(name, String(value));
  return query.size > 0 ? `${filled}?${query}` : filled;
}
