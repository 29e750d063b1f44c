import { backpack } from "../draw/backpack";
import { bucket } from "../draw/bucket";
import { duffle } from "../draw/duffle";
import { rolltop } from "../draw/rolltop";
import { saddle } from "../draw/saddle";
import { satchel } from "../draw/satchel";
import { sling } from "../draw/sling";
import { tote } from "../draw/tote";
import { colour, type Product } from "./product";

export const bags: readonly Product[] = [
  {
    id: "market-tote",
    topic: "bags",
    name: { en: "Market Tote", zh: "集市托特包" },
    short: { en: "Holds leeks, laptops and a change of mind.", zh: "装得下大葱、电脑和临时起意。" },
    long: {
      en: "Heavy canvas, leather handles long enough for a winter coat, and a base that stands up by itself while you look for your keys.",
      zh: "厚实帆布，皮质提手够长，冬衣外也能上肩；包底硬挺，找钥匙时自己站得住。",
    },
    facts: [
      { en: "Canvas of 18 ounces, organic cotton", zh: "18 盎司有机棉帆布" },
      { en: "40 × 34 × 14 cm", zh: "40 × 34 × 14 厘米" },
      { en: "Inner pocket with a zip", zh: "内袋带拉链" },
    ],
    price: 45_00,
    colours: [
      colour("natural", "Natural", "原色", "#efe2c8", "#b06c43", "#2f6f78"),
      colour("teal", "Teal", "凫蓝", "#3b7f86", "#c98752", "#f6e7cf"),
      colour("plum", "Plum", "梅紫", "#86506f", "#d3a06f", "#f7e6dd"),
    ],
    tint: "blush",
    words: "tote shopper canvas shopping 购物袋 手提包",
    draw: (sheet, palette) => tote(sheet, palette),
  },
  {
    id: "weekday-backpack",
    topic: "bags",
    name: { en: "Weekday Backpack", zh: "工作日双肩包" },
    short: { en: "Monday to Friday on two shoulders.", zh: "周一到周五，交给双肩。" },
    long: {
      en: "A laptop sleeve that does not touch the ground, a front pocket for everything small, and straps that were tried on by people of seven heights.",
      zh: "电脑夹层悬空不触地，前袋收纳所有零碎，肩带请七种身高的人试背过。",
    },
    facts: [
      { en: "Recycled nylon, 18 litres", zh: "再生尼龙，18 升" },
      { en: "Sleeve for 15-inch laptops", zh: "可放 15 英寸电脑" },
      { en: "Repaired free for ten years", zh: "十年免费维修" },
    ],
    price: 95_00,
    colours: [
      colour("ochre", "Ochre", "赭黄", "#d9963f", "#7a4a2a", "#fbe9c9"),
      colour("fjord", "Fjord", "峡湾蓝", "#4b7896", "#2c4a60", "#e9eef0"),
      colour("berry", "Berry", "浆果红", "#b14f5e", "#6d2c3b", "#fbe4e0"),
    ],
    tint: "sky",
    words: "backpack rucksack laptop school commute 书包 通勤 电脑包",
    isNew: true,
    draw: (sheet, palette) => backpack(sheet, palette),
  },
  {
    id: "ferry-rolltop",
    topic: "bags",
    name: { en: "Ferry Roll-top", zh: "渡轮卷口背包" },
    short: { en: "Rolls shut before the rain gets in.", zh: "雨来之前，卷上就好。" },
    long: {
      en: "Welded seams and a top that rolls three times: what is inside stays dry on deck. Unrolled it takes a third more.",
      zh: "焊接缝线，袋口卷三道，甲板上里面也是干的。展开后多装三分之一。",
    },
    facts: [
      { en: "Welded tarpaulin, PVC-free", zh: "热焊防水布，不含 PVC" },
      { en: "22 to 30 litres", zh: "22 至 30 升" },
      { en: "Reflects light front and back", zh: "前后反光" },
    ],
    price: 119_00,
    colours: [
      colour("tangerine", "Tangerine", "橘橙", "#ee8b4a", "#2f3d4a", "#fdf0dc"),
      colour("mist", "Mist", "雾灰", "#9fb3b8", "#33454f", "#f2c14e"),
    ],
    tint: "stone",
    words: "backpack rolltop waterproof bike cycling 防水 骑行",
    draw: (sheet, palette) => rolltop(sheet, palette),
  },
  {
    id: "saddle-crossbody",
    topic: "bags",
    name: { en: "Saddle Crossbody", zh: "马鞍斜挎包" },
    short: { en: "Small, round, and shut with a good click.", zh: "小巧圆润，扣合声清脆。" },
    long: {
      en: "Vegetable-tanned leather that darkens with the sun you take it into. Phone, purse, book; no more, that is the point.",
      zh: "植鞣皮，晒过的太阳都会留下颜色。放手机、钱包、一本书；不多装，正是它的道理。",
    },
    facts: [
      { en: "Vegetable-tanned leather", zh: "植鞣牛皮" },
      { en: "24 × 19 × 7 cm", zh: "24 × 19 × 7 厘米" },
      { en: "Strap from 95 to 120 cm", zh: "肩带 95 至 120 厘米" },
    ],
    price: 110_00,
    colours: [
      colour("cognac", "Cognac", "干邑棕", "#bd7340", "#8a4d28", "#f0c36a"),
      colour("sage", "Sage", "鼠尾草绿", "#93a585", "#66775a", "#f0d28a"),
    ],
    tint: "butter",
    words: "crossbody shoulder leather small 单肩包 小包",
    draw: (sheet, palette) => saddle(sheet, palette),
  },
  {
    id: "two-night-duffle",
    topic: "bags",
    name: { en: "Two-night Duffle", zh: "两晚旅行袋" },
    short: { en: "One bag, two nights, no wheels.", zh: "一只包，两个夜晚，不用轮子。" },
    long: {
      en: "Fits under the seat in front and swallows two shirts more than it looks. The shoulder strap is in its own pocket, where it belongs.",
      zh: "放得进前排座椅下，比看上去多装两件衬衫。肩带收在专属口袋里，各得其所。",
    },
    facts: [
      { en: "Waxed canvas and leather", zh: "蜡帆布配牛皮" },
      { en: "34 litres, 48 × 28 × 25 cm", zh: "34 升，48 × 28 × 25 厘米" },
      { en: "Cabin baggage on every airline we know", zh: "符合常见航空公司登机尺寸" },
    ],
    price: 135_00,
    colours: [
      colour("olive", "Olive", "橄榄绿", "#7d8257", "#9c5c36", "#e9dcb8"),
      colour("denim", "Denim", "牛仔蓝", "#56779b", "#a86a42", "#eee3cc"),
    ],
    tint: "sage",
    words: "duffle weekend travel holdall 旅行 行李 健身",
    draw: (sheet, palette) => duffle(sheet, palette),
  },
  {
    id: "drawstring-bucket",
    topic: "bags",
    name: { en: "Drawstring Bucket", zh: "抽绳水桶包" },
    short: { en: "Pull the string, go out.", zh: "抽紧绳子，出门。" },
    long: {
      en: "A soft bucket bag with a drawstring and a flat base. It opens wide enough to see what you own.",
      zh: "柔软的水桶包，抽绳开合，平底可立。袋口够大，一眼看清里面有什么。",
    },
    facts: [
      { en: "Grained leather, cotton lining", zh: "粒面牛皮，棉质里衬" },
      { en: "Diameter 20 cm, height 27 cm", zh: "直径 20 厘米，高 27 厘米" },
      { en: "Two straps: shoulder and hand", zh: "肩背、手提两用" },
    ],
    price: 89_00,
    colours: [
      colour("lilac", "Lilac", "丁香紫", "#a895c4", "#6f5a92", "#f2d9a0"),
      colour("brick", "Brick", "砖红", "#c0604a", "#7f3527", "#f3d9b1"),
    ],
    tint: "lilac",
    words: "bucket shoulder drawstring 抽绳 单肩",
    draw: (sheet, palette) => bucket(sheet, palette),
  },
  {
    id: "pocket-sling",
    topic: "bags",
    name: { en: "Pocket Sling", zh: "口袋随身包" },
    short: { en: "Two more pockets, worn across.", zh: "斜挎身前，多两个口袋。" },
    long: {
      en: "For days when a jacket has no pockets. Sits on the chest or the hip and weighs as much as an apple.",
      zh: "给没有口袋的日子。胸前、腰间都合适，只有一个苹果重。",
    },
    facts: [
      { en: "Ripstop nylon, 190 g", zh: "防撕裂尼龙，190 克" },
      { en: "2.5 litres", zh: "2.5 升" },
      { en: "Key clip inside", zh: "内有钥匙扣" },
    ],
    price: 39_00,
    colours: [
      colour("aqua", "Aqua", "水绿", "#58b0a8", "#2f5d63", "#f5e36b"),
      colour("flame", "Flame", "火焰橙", "#e8663f", "#5a3340", "#f6e1c6"),
    ],
    tint: "butter",
    words: "sling belt bum bag fanny hip 腰包 胸包",
    draw: (sheet, palette) => sling(sheet, palette),
  },
  {
    id: "desk-satchel",
    topic: "bags",
    name: { en: "Desk Satchel", zh: "书桌邮差包" },
    short: { en: "Two buckles between you and five o'clock.", zh: "两枚搭扣，隔开你和下班时间。" },
    long: {
      en: "A satchel the way it was made for schoolmasters, with a padded sleeve that they had no need of.",
      zh: "老派邮差包的做法，另加一个当年用不上的电脑软垫层。",
    },
    facts: [
      { en: "Bridle leather, solid brass", zh: "马具革，实心黄铜" },
      { en: "38 × 28 × 10 cm, for 14-inch laptops", zh: "38 × 28 × 10 厘米，可放 14 英寸电脑" },
      { en: "Buckles hide magnets", zh: "搭扣内藏磁吸" },
    ],
    price: 140_00,
    colours: [
      colour("tan", "Tan", "茶褐", "#c4834f", "#95562f", "#e9c676"),
      colour("bottle", "Bottle green", "瓶绿", "#3e6a5b", "#28483e", "#e5c67d"),
    ],
    tint: "stone",
    words: "satchel briefcase laptop office leather 公文包 电脑包",
    draw: (sheet, palette) => satchel(sheet, palette),
  },
];
