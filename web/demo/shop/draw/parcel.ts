import { bird } from "./bird";
import { dark, light } from "./colour";
import { line, shape, Sheet } from "./sheet";

/** A parcel with the shop's bird on it. */
export function parcel(): string {
  const sheet = new Sheet();
  const card = "#d9a871";
  return sheet.picture(
    360,
    300,
    [
      `<circle cx="180" cy="150" r="132" fill="#8cc7d1" fill-opacity=".3"/>`,
      sheet.shadow(184, 262, 130, 14),
      shape("M64 118L180 142L180 262L72 238C66 236 64 232 64 226Z", sheet.lit(card, 0.18)),
      shape("M180 142L296 118L296 226C296 232 294 236 288 238L180 262Z", sheet.lit(dark(card, 0.16), 0.15)),
      shape("M64 118L180 94L296 118L180 142Z", sheet.lit(light(card, 0.25), 0.12)),
      shape("M110 108L226 132L250 127L134 103Z", "#f6e2bd"),
      shape("M226 132L250 127L250 160L238 156L226 165Z", "#eed3a4"),
      bird(122, 192, 58, dark(card, 0.45)),
      line("M212 206L264 194M212 222L248 214", dark(card, 0.45), 5),
      line("M270 60c10-8 18 2 12 10s-16 2-12-10zM92 66c-8-8-18 0-14 8s16 4 14-8z", "#d95f4a", 4),
      line("M180 40v22M146 48l8 20M214 48l-8 20", "#f0c65a", 6),
    ].join(""),
  );
}
