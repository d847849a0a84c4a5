/** What some browsers tell of the link. */
interface Connection {
  saveData?: boolean;
  type?: string;
}

const connection = () => (navigator as Navigator & { connection?: Connection }).connection;

/** Whether the listener asked the browser to save data. */
export function saveData(): boolean {
  return connection()?.saveData === true;
}

/**
 * Whether each megabyte counts: data is to be saved, or comes by mobile phone. Then music keeps to the low quality. On
 * a phone what a press will need is fetched ahead all the same, it is used anyway.
 */
export function isMetered(): boolean {
  return saveData() || connection()?.type === "cellular";
}
