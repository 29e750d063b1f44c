import { bear } from "../draw/bear";
import { blocks } from "../draw/blocks";
import { boat } from "../draw/boat";
import { kite } from "../draw/kite";
import { rings } from "../draw/rings";
import { train } from "../draw/train";
import { wader } from "../draw/wader";
import { xylophone } from "../draw/xylophone";
import { colour, type Product } from "./product";

export const kids: readonly Product[] = [
  {
    id: "pip-the-dunlin",
    topic: "kids",
    name: { en: "Pip the Dunlin", zh: "拉线小滨鹬皮皮" },
    short: { en: "A wader on wheels that follows wherever.", zh: "带轮子的小水鸟，走到哪跟到哪。" },
    long: {
      en: "Pull the string and Pip nods his way along the floorboards like the real ones on the tideline. He never tells where you have been.",
      zh: "拉动绳子，皮皮便像潮边的滨鹬一样点着头跟来。去过哪里，他从不告诉别人。",
    },
    facts: [
      { en: "Beech and maple, water-based paint", zh: "榉木与枫木，水性漆" },
      { en: "From 12 months", zh: "12 个月以上" },
      { en: "Wheels with rubber rings, kind to floors", zh: "橡胶圈轮，不伤地板" },
    ],
    price: 32_00,
    colours: [
      colour("summer", "Summer coat", "夏羽", "#c98a55", "#f4ead8", "#3a332e"),
      colour("winter", "Winter coat", "冬羽", "#a9b2b5", "#f7f5ef", "#454e54"),
    ],
    tint: "sky",
    words: "toy pull bird wooden baby 玩具 木头 小鸟",
    isNew: true,
    draw: (sheet, palette) => wader(sheet, palette),
  },
  {
    id: "lighthouse-rings",
    topic: "kids",
    name: { en: "Lighthouse Rings", zh: "灯塔套圈" },
    short: { en: "Six rings, one lighthouse, a thousand tries.", zh: "六个圈，一座灯塔，一千次尝试。" },
    long: {
      en: "The stacking toy with a peg that gives way before fingers do. Small enough for a grandmother's handbag.",
      zh: "叠叠圈，柱子比手指先让步。小到能放进外婆的手提包。",
    },
    facts: [
      { en: "Lime wood, six rings", zh: "椴木，六个圈" },
      { en: "From 6 months", zh: "6 个月以上" },
      { en: "Height 21 cm", zh: "高 21 厘米" },
    ],
    price: 24_00,
    colours: [
      colour("rainbow", "Rainbow", "彩虹", "#e2675a", "#f0b54c", "#4f9aa5"),
      colour("meadow", "Meadow", "草地", "#7fa56c", "#f2d06b", "#b97a9c"),
    ],
    tint: "sage",
    words: "toy stacking rings baby wooden 玩具 叠叠乐 木头",
    draw: (sheet, palette) => rings(sheet, palette),
  },
  {
    id: "harbour-blocks",
    topic: "kids",
    name: { en: "Harbour Blocks", zh: "港口积木" },
    short: { en: "Build a town, knock it over, build a better one.", zh: "搭一座城，推倒，再搭一座更好的。" },
    long: {
      en: "Forty blocks, arches and roofs in beech. No instructions, no batteries, no wrong answer.",
      zh: "四十块榉木积木，有拱有顶。没有说明书，没有电池，没有标准答案。",
    },
    facts: [
      { en: "40 pieces in a cotton bag", zh: "40 块，附棉布袋" },
      { en: "From 18 months", zh: "18 个月以上" },
      { en: "Beech from certified forests", zh: "认证林场榉木" },
    ],
    price: 38_00,
    colours: [
      colour("primary", "Bright", "明亮", "#e2675a", "#4f93b5", "#f2bd4b"),
      colour("soft", "Soft", "柔和", "#d99a86", "#93b3a4", "#ecd49a"),
    ],
    tint: "butter",
    words: "toy blocks building wooden 玩具 积木 木头",
    draw: (sheet, palette) => blocks(sheet, palette),
  },
  {
    id: "bruno-bear",
    topic: "kids",
    name: { en: "Bruno Bear", zh: "布鲁诺小熊" },
    short: { en: "Listens. Has never repeated a word.", zh: "很会听，从不传话。" },
    long: {
      en: "Mohair outside, wool inside, joints that sit and wave. The best-kept secrets in this shop are his.",
      zh: "外面是马海毛，里面是羊毛，手脚能坐能挥。店里守得最好的秘密都在他那里。",
    },
    facts: [
      { en: "Height 32 cm", zh: "高 32 厘米" },
      { en: "From birth", zh: "初生可用" },
      { en: "Washes by hand", zh: "可手洗" },
    ],
    price: 36_00,
    colours: [
      colour("honey", "Honey", "蜂蜜", "#c8935a", "#eed3a8", "#3a2a22"),
      colour("cocoa", "Cocoa", "可可", "#8d6450", "#d9b99b", "#2d211d"),
      colour("cloud", "Cloud", "云朵", "#d9d2c6", "#f4eee2", "#4a4440"),
    ],
    tint: "blush",
    words: "toy teddy bear plush soft 玩具 毛绒 泰迪",
    draw: (sheet, palette) => bear(sheet, palette),
  },
  {
    id: "coastline-train",
    topic: "kids",
    name: { en: "Coastline Train", zh: "海岸线小火车" },
    short: { en: "On time, every time, round the carpet.", zh: "绕地毯一圈，班班准点。" },
    long: {
      en: "An engine and one wagon with magnets that forgive. Runs on every wooden track we know, and on none.",
      zh: "一节车头、一节车厢，磁吸连接，好拼好拆。常见木轨都能跑，没有轨道也能跑。",
    },
    facts: [
      { en: "Beech, steel axles", zh: "榉木，钢轴" },
      { en: "From 2 years", zh: "2 岁以上" },
      { en: "Length 30 cm", zh: "长 30 厘米" },
    ],
    price: 49_00,
    colours: [
      colour("red", "Signal red", "信号红", "#d9574a", "#3f7f8c", "#f2c14e"),
      colour("green", "Branch line", "支线绿", "#4f8a63", "#b5683f", "#f3d58a"),
    ],
    tint: "stone",
    words: "toy train railway wooden 玩具 火车 木头",
    draw: (sheet, palette) => train(sheet, palette),
  },
  {
    id: "bathtub-cutter",
    topic: "kids",
    name: { en: "Bathtub Cutter", zh: "浴缸小帆船" },
    short: { en: "Seaworthy up to the overflow.", zh: "溢水口以内，适航。" },
    long: {
      en: "A little cutter with a lead keel that always comes upright, and a cotton sail that dries on the radiator.",
      zh: "压舱龙骨让它总能自己站起来，棉布帆挂在暖气上就能干。",
    },
    facts: [
      { en: "Larch and cotton", zh: "落叶松与棉布" },
      { en: "From 3 years", zh: "3 岁以上" },
      { en: "26 × 30 cm", zh: "26 × 30 厘米" },
    ],
    price: 34_00,
    colours: [
      colour("red", "Red hull", "红船身", "#cf5a48", "#fbf3e2", "#2f5f7f"),
      colour("blue", "Blue hull", "蓝船身", "#3f7fa8", "#fdf3dc", "#e8a23f"),
    ],
    tint: "sky",
    words: "toy boat sail bath ship 玩具 帆船 洗澡",
    draw: (sheet, palette) => boat(sheet, palette),
  },
  {
    id: "gale-kite",
    topic: "kids",
    name: { en: "Gale Kite", zh: "大风风筝" },
    short: { en: "Up at two Beaufort, down by tea.", zh: "二级风就上天，下午茶前收线。" },
    long: {
      en: "Ripstop and fibreglass, thirty metres of line, and a tail made of bows that children count.",
      zh: "防撕裂布与玻纤骨架，三十米线，尾巴上的蝴蝶结够孩子数一会儿。",
    },
    facts: [
      { en: "Wingspan 85 cm", zh: "翼展 85 厘米" },
      { en: "From 5 years", zh: "5 岁以上" },
      { en: "Winds of 2 to 5 Beaufort", zh: "2 至 5 级风" },
    ],
    price: 28_00,
    colours: [
      colour("sunrise", "Sunrise", "日出", "#f0a24b", "#e2675a", "#3f8f9c"),
      colour("aurora", "Aurora", "极光", "#6fb59a", "#5a6fb0", "#f2c75c"),
    ],
    tint: "lilac",
    words: "toy kite wind outdoor 玩具 风筝 户外",
    draw: (sheet, palette) => kite(sheet, palette),
  },
  {
    id: "tidepool-xylophone",
    topic: "kids",
    name: { en: "Tidepool Xylophone", zh: "潮池木琴" },
    short: { en: "Eight notes, tuned. Parents thanked us.", zh: "八个音，都调准了。家长来谢过。" },
    long: {
      en: "Metal bars that are really in tune on a beech frame, with two mallets and a song sheet in colours.",
      zh: "榉木琴架，金属音条真正调过音；附两支琴槌和一张彩色曲谱。",
    },
    facts: [
      { en: "Eight bars, C to C", zh: "八音，C 到 C" },
      { en: "From 3 years", zh: "3 岁以上" },
      { en: "Song sheet with twelve songs", zh: "曲谱含十二首歌" },
    ],
    price: 31_00,
    colours: [
      colour("rainbow", "Rainbow", "彩虹", "#e2675a", "#d8a873", "#5a8fc0"),
      colour("sea", "Sea", "海色", "#4fa3a5", "#d8a873", "#3d5f9c"),
    ],
    tint: "sage",
    words: "toy music xylophone instrument 玩具 音乐 乐器",
    draw: (sheet, palette) => xylophone(sheet, palette),
  },
];
