import { catalogue } from "../goods/catalogue";
import { dark, light } from "./colour";
import { arch, cloud, disc, grass, ground, high, hill, plant, plinth, sky, water, wide, type Hour } from "./landscape";
import { parcel } from "./parcel";
import { line, shape, Sheet } from "./sheet";
import { workshop } from "./workshop";

const day: Readonly<Record<string, Hour>> = {
  plain: { sky: ["#bfe0e6", "#fdf0d8"], disc: "#ffd98a", far: "#a9c9c4", near: "#d9cda3", ground: ["#f3dfb5", "#e6c88f"], stars: false },
  shoes: { sky: ["#fbe3cd", "#f8cba8"], disc: "#f7a072", far: "#eeb088", near: "#e59a70", ground: ["#dd8a62", "#c9714d"], stars: false },
  bags: { sky: ["#eef1df", "#d9e5cf"], disc: "#f6e7b4", far: "#bfd2b4", near: "#a4bf9e", ground: ["#cddbbf", "#b3c8a8"], stars: false },
  watches: { sky: ["#dcd8ee", "#f3dfe4"], disc: "#fff2cf", far: "#b9b4d8", near: "#a19bc6", ground: ["#c9c3e0", "#a9a2cb"], stars: false },
  sports: { sky: ["#cfe9ee", "#eaf5ea"], disc: "#fff0a8", far: "#9cc9b4", near: "#7fb59d", ground: ["#4f9d92", "#3a8681"], stars: false },
  kids: { sky: ["#bfe1f4", "#eaf6f3"], disc: "#ffe08a", far: "#b5dcb0", near: "#94cb98", ground: ["#9fd093", "#7fbb80"], stars: false },
};

const night: Readonly<Record<string, Hour>> = {
  plain: { sky: ["#16283c", "#44566b"], disc: "#f6e9c4", far: "#324a59", near: "#5c5a4e", ground: ["#7b6d54", "#5c5243"], stars: true },
  shoes: { sky: ["#2a1f33", "#6b3f45"], disc: "#f4b48a", far: "#5a3640", near: "#6d4145", ground: ["#80493f", "#603733"], stars: true },
  bags: { sky: ["#1b2b2b", "#34493f"], disc: "#efe6bd", far: "#2c443b", near: "#375345", ground: ["#46614d", "#34493c"], stars: true },
  watches: { sky: ["#1c1b38", "#453b63"], disc: "#f6e6b8", far: "#35325a", near: "#413c69", ground: ["#534d7e", "#3d3862"], stars: true },
  sports: { sky: ["#12262f", "#27494d"], disc: "#f3ebb6", far: "#1f4344", near: "#2a5552", ground: ["#2b605c", "#1f4a49"], stars: true },
  kids: { sky: ["#182848", "#3d5577"], disc: "#f8e8b0", far: "#27484e", near: "#305a54", ground: ["#3d6b56", "#2d5346"], stars: true },
};

/** Where each product's feet are in its own picture. */
const feet: Readonly<Record<string, number>> = {
  "harbour-runner": 278,
  "court-low": 272,
  "high-tide": 311,
  "quay-chelsea": 318,
  "puddle-wellington": 320,
  "dune-sandal": 279,
  "two-night-duffle": 330,
  "courtside-basketball": 324,
  "sunday-football": 324,
  "quarryman-kettlebell": 336,
  "kitchen-table-tennis": 356,
  "low-tide-mat": 316,
  "bruno-bear": 354,
  "pip-the-dunlin": 350,
  "coastline-train": 314,
  "spring-bottle": 368,
  "baseline-racket": 372,
  meridian: 366,
  fathom: 366,
  noon: 366,
  neap: 366,
};

/** Puts a product's picture into a scene, its feet at a point. */
function stand(sheet: Sheet, id: string, colour: string, x: number, y: number, size: number): string {
  const product = catalogue.find((one) => one.id === id);
  const found = product?.colours.find((one) => one.id === colour);
  if (!product || !found) throw new Error(`scene: no product ${id} in ${colour}`);
  const foot = feet[id] ?? 345;
  return sheet.place(product.draw(sheet, found.palette), Math.round(x - 200 * size), Math.round(y - foot * size), size);
}

type Scene = (sheet: Sheet, hour: Hour) => string;

const scenes: Readonly<Record<string, Scene>> = {
  // the beach in the morning, everything that goes with you
  plain: (sheet, hour) =>
    [
      sky(sheet, hour),
      disc(sheet, hour, 930, 196, 62),
      hour.stars ? "" : cloud(1330, 120, 1) + cloud(720, 110, 0.6, 0.6),
      hill(hour.far, 330, 500, 268, 338),
      water(sheet, hour.stars ? "#2f5569" : "#7db9c2", 322, 420, 930, hour.disc),
      shape("M706 352L742 352L737 362L712 362ZM722 348L722 312L742 346Z", hour.stars ? "#d8d2c2" : "#ffffff"),
      hill(hour.near, 400, 1300, 372, 392),
      ground(sheet, hour, 424),
      grass(838, 470, 1, dark(hour.near, 0.3)),
      grass(1500, 452, 1.15, dark(hour.near, 0.36)),
      stand(sheet, "gale-kite", "sunrise", 1290, 236, 0.66),
      stand(sheet, "market-tote", "natural", 1090, 560, 0.9),
      stand(sheet, "weekday-backpack", "fjord", 1300, 540, 0.84),
      stand(sheet, "puddle-wellington", "yellow", 1468, 572, 0.62),
      stand(sheet, "pip-the-dunlin", "summer", 900, 584, 0.5),
      stand(sheet, "sunday-football", "classic", 1206, 596, 0.32),
    ].join(""),

  // three plinths on a dune in the evening
  shoes: (sheet, hour) =>
    [
      sky(sheet, hour),
      disc(sheet, hour, 1130, 236, 168),
      hill(hour.far, 392, 420, 300, 380),
      hill(hour.near, 420, 1380, 344, 384),
      ground(sheet, hour, 452),
      grass(790, 520, 0.9, dark(hour.ground[1], 0.25)),
      plinth(sheet, 1128, 372, 150, 196, light(hour.near, 0.12)),
      stand(sheet, "harbour-runner", "sea", 1134, 378, 0.8),
      plinth(sheet, 912, 482, 134, 96, light(hour.near, 0.3)),
      stand(sheet, "quay-chelsea", "chestnut", 914, 488, 0.66),
      plinth(sheet, 1362, 452, 136, 130, light(hour.near, 0.24)),
      stand(sheet, "puddle-wellington", "yellow", 1362, 460, 0.7),
      stand(sheet, "high-tide", "navy", 1168, 616, 0.5),
    ].join(""),

  // a cool courtyard with a gate
  bags: (sheet, hour) =>
    [
      sky(sheet, hour),
      arch(sheet, 1130, 500, 226, 430, light(hour.near, hour.stars ? 0.12 : 0.35), sheet.ramp(hour.sky[0], light(hour.disc, 0.1), 0, 1)),
      disc(sheet, hour, 1170, 264, 54),
      shape("M968 500V392C1030 372 1080 408 1130 396S1240 370 1292 388V500Z", hour.far),
      ground(sheet, hour, 474),
      plant(sheet, 812, 540, 0.9, hour.stars ? "#4f7a5c" : "#6d9a6c"),
      plant(sheet, 1508, 530, 1.15, hour.stars ? "#466f57" : "#5d8f66"),
      plinth(sheet, 1330, 446, 120, 90, light(hour.near, 0.2)),
      stand(sheet, "desk-satchel", "tan", 1330, 454, 0.62),
      stand(sheet, "weekday-backpack", "ochre", 930, 566, 0.84),
      stand(sheet, "two-night-duffle", "denim", 1150, 584, 0.84),
      stand(sheet, "drawstring-bucket", "brick", 1392, 606, 0.52),
    ].join(""),

  // dusk over still water; rings round the moon as on a dial
  watches: (sheet, hour) =>
    [
      sky(sheet, hour),
      [330, 270, 212]
        .map((r) => `<circle cx="1130" cy="250" r="${r}" fill="none" stroke="${hour.disc}" stroke-opacity=".35" stroke-width="2"/>`)
        .join(""),
      Array.from({ length: 60 }, (_, i) => {
        const turn = (i * 6 * Math.PI) / 180;
        const from = i % 5 === 0 ? 300 : 316;
        return `<path d="M${Math.round(1130 + Math.sin(turn) * from)} ${Math.round(250 - Math.cos(turn) * from)}L${Math.round(1130 + Math.sin(turn) * 328)} ${Math.round(250 - Math.cos(turn) * 328)}" stroke="${hour.disc}" stroke-opacity=".5" stroke-width="${i % 5 === 0 ? 5 : 2}"/>`;
      }).join(""),
      disc(sheet, hour, 1130, 250, 140),
      hill(hour.far, 372, 520, 318, 388),
      water(sheet, hour.near, 396, 500, 1130, hour.disc),
      ground(sheet, hour, 488),
      plinth(sheet, 1130, 478, 108, 74, light(hour.near, 0.35)),
      stand(sheet, "neap", "dusk", 1130, 484, 0.96),
      plinth(sheet, 908, 528, 100, 60, light(hour.near, 0.22)),
      stand(sheet, "meridian", "ivory", 908, 534, 0.8),
      plinth(sheet, 1350, 528, 100, 60, light(hour.near, 0.22)),
      stand(sheet, "fathom", "kelp", 1350, 534, 0.8),
    ].join(""),

  // a court by the park
  sports: (sheet, hour) =>
    [
      sky(sheet, hour),
      disc(sheet, hour, 1396, 118, 48),
      hour.stars ? "" : cloud(930, 120, 0.9) + cloud(1210, 76, 0.55, 0.6),
      hill(hour.far, 330, 900, 268, 318),
      hill(hour.near, 362, 380, 330, 368),
      // the hoop
      line("M1500 420V150", "#8b959b", 12),
      `<rect x="1396" y="112" width="150" height="104" rx="8" fill="#fdfbf4" stroke="#d95f4a" stroke-width="7"/><rect x="1440" y="152" width="58" height="46" fill="none" stroke="#d95f4a" stroke-width="5"/>`,
      line("M1424 222H1514", "#e8763f", 8),
      line(
        "M1432 226L1444 280M1450 226L1456 280M1469 226V280M1488 226L1482 280M1506 226L1494 280M1436 244H1502M1441 262H1498",
        "#fdfbf4",
        2.5,
      ),
      `<rect y="392" width="${wide}" height="${high - 392}" fill="${sheet.ramp(hour.ground[0], hour.ground[1], 0, 1)}"/>`,
      line("M560 640L860 392M1600 470H690M1180 392L1250 640M0 600H1600", "#ffffff", 7).replace("stroke=", 'stroke-opacity=".65" stroke='),
      `<ellipse cx="1210" cy="546" rx="250" ry="62" fill="none" stroke="#ffffff" stroke-opacity=".6" stroke-width="7"/>`,
      stand(sheet, "pavement-board", "wave", 1352, 520, 0.82),
      stand(sheet, "baseline-racket", "royal", 926, 548, 0.86),
      stand(sheet, "courtside-basketball", "amber", 1142, 556, 0.84),
      stand(sheet, "spring-bottle", "peach", 1476, 588, 0.6),
      stand(sheet, "quarryman-kettlebell", "petrol", 1296, 612, 0.46),
    ].join(""),

  // hills to fly a kite from
  kids: (sheet, hour) =>
    [
      sky(sheet, hour),
      disc(sheet, hour, 876, 146, 52),
      hour.stars ? "" : cloud(1080, 104, 0.8) + cloud(1470, 190, 0.9, 0.7),
      ["#e2675a", "#f0a04b", "#f2cd5c", "#7fb98a", "#5f9fc0", "#8d7fbf"]
        .map(
          (colour, i) =>
            `<path d="M${880 + i * 20} 470A${250 - i * 20} ${250 - i * 20} 0 0 1 ${1380 - i * 20} 470" fill="none" stroke="${colour}" stroke-width="20" stroke-opacity="${hour.stars ? 0.55 : 0.85}"/>`,
        )
        .join(""),
      hill(hour.far, 400, 620, 330, 392),
      hill(hour.near, 428, 1400, 376, 400),
      ground(sheet, hour, 446),
      stand(sheet, "gale-kite", "sunrise", 1396, 236, 0.6),
      stand(sheet, "harbour-blocks", "primary", 1356, 548, 0.7),
      stand(sheet, "bruno-bear", "honey", 1104, 566, 0.84),
      stand(sheet, "lighthouse-rings", "rainbow", 902, 560, 0.62),
      stand(sheet, "coastline-train", "red", 1226, 616, 0.5),
    ].join(""),
};

/** All scenes by name: each hero by day and, "-night", in the dark; and the two small pictures. */
export function drawScenes(): [name: string, text: string][] {
  const drawn: [string, string][] = [];
  for (const [name, scene] of Object.entries(scenes)) {
    for (const [ending, hours] of [
      ["", day],
      ["-night", night],
    ] as const) {
      const sheet = new Sheet();
      drawn.push([name + ending, sheet.picture(wide, high, scene(sheet, hours[name] as Hour))]);
    }
  }
  drawn.push(["workshop", workshop()], ["parcel", parcel()]);
  return drawn;
}
