import { bats } from "../draw/bats";
import { basketball, football } from "../draw/ball";
import { bottle } from "../draw/bottle";
import { kettlebell } from "../draw/kettlebell";
import { mat } from "../draw/mat";
import { racket } from "../draw/racket";
import { skateboard } from "../draw/skateboard";
import { colour, type Product } from "./product";

export const sports: readonly Product[] = [
  {
    id: "courtside-basketball",
    topic: "sports",
    name: { en: "Courtside Basketball", zh: "场边篮球" },
    short: { en: "Grips in the rain, bounces in the cold.", zh: "雨天抓得住，冷天弹得起。" },
    long: {
      en: "A street ball with deep channels and a cover that does not go shiny. Size 7, pumped and ready when it arrives.",
      zh: "街头篮球，沟纹深，表皮不打滑。七号球，到手即充好气。",
    },
    facts: [
      { en: "Composite rubber, size 7", zh: "复合橡胶，七号球" },
      { en: "Needle and small pump included", zh: "附气针与小气筒" },
      { en: "For asphalt and hall", zh: "室内外通用" },
    ],
    price: 35_00,
    colours: [
      colour("amber", "Amber", "琥珀橙", "#e5853f", "#33302f", "#f7d9a8"),
      colour("teal", "Teal and cream", "青绿配米白", "#3d8f93", "#f6ecd8", "#f0b24c"),
    ],
    tint: "sage",
    words: "ball basketball hoop 球 运动",
    draw: (sheet, palette) => basketball(sheet, palette),
  },
  {
    id: "sunday-football",
    topic: "sports",
    name: { en: "Sunday Football", zh: "周日足球" },
    short: { en: "Thirty-two panels, stitched by hand.", zh: "三十二片，手工缝制。" },
    long: {
      en: "A match ball for parks, made in a workshop that pays by the hour and not by the ball.",
      zh: "适合公园的比赛用球，出自按时计薪、而非按件计薪的工坊。",
    },
    facts: [
      { en: "Hand-stitched, size 5", zh: "手工缝制，五号球" },
      { en: "Latex bladder, repairable", zh: "乳胶内胆，可修补" },
      { en: "Fair-trade certified workshop", zh: "公平贸易认证工坊" },
    ],
    price: 29_00,
    colours: [
      colour("classic", "Classic", "经典", "#f7f4ec", "#2d3a45", "#c9cfd2"),
      colour("sunset", "Sunset", "落日", "#fbe3c4", "#d95f4a", "#e8b08a"),
    ],
    tint: "sky",
    words: "ball football soccer 球 运动 足球",
    draw: (sheet, palette) => football(sheet, palette),
  },
  {
    id: "baseline-racket",
    topic: "sports",
    name: { en: "Baseline Racket", zh: "底线网球拍" },
    short: { en: "Forgiving enough for us, quick enough for you.", zh: "够包容，也够迅捷。" },
    long: {
      en: "A hundred square inches of sweet spot and a frame that swallows the sting. Strung here, to the tension you ask for.",
      zh: "一百平方英寸甜区，拍框吸震。在店内按你要的磅数穿线。",
    },
    facts: [
      { en: "285 g unstrung, 16 × 19", zh: "空拍 285 克，16 × 19 线" },
      { en: "Graphite and flax fibre", zh: "碳纤维与亚麻纤维" },
      { en: "Cover and one ball included", zh: "附拍套与一只球" },
    ],
    price: 129_00,
    colours: [
      colour("lime", "Lime", "青柠", "#4f8f6a", "#f3eedd", "#d8e04f"),
      colour("royal", "Royal", "宝蓝", "#3f62a8", "#f1ead9", "#f0c64a"),
    ],
    tint: "butter",
    words: "racket tennis racquet 网球 球拍 运动",
    isNew: true,
    draw: (sheet, palette) => racket(sheet, palette),
  },
  {
    id: "kitchen-table-tennis",
    topic: "sports",
    name: { en: "Kitchen Table Tennis", zh: "餐桌乒乓套装" },
    short: { en: "Two bats, three balls, any table.", zh: "两拍三球，有桌就行。" },
    long: {
      en: "A set for kitchens and offices, with rubbers good enough for the club on Thursdays.",
      zh: "厨房、办公室都能开打，胶皮好到周四能带去球馆。",
    },
    facts: [
      { en: "Five-ply poplar", zh: "五层杨木底板" },
      { en: "Net clamps to tables up to 6 cm", zh: "网架可夹 6 厘米厚桌面" },
      { en: "Cotton bag", zh: "附棉布收纳袋" },
    ],
    price: 42_00,
    colours: [
      colour("red", "Red and blue", "红蓝", "#cf4f45", "#34608f", "#dcae74"),
      colour("green", "Green and plum", "绿紫", "#4b8f6d", "#7d4a76", "#dcae74"),
    ],
    tint: "blush",
    words: "table tennis ping pong bat paddle 乒乓球 球拍 运动",
    draw: (sheet, palette) => bats(sheet, palette),
  },
  {
    id: "low-tide-mat",
    topic: "sports",
    name: { en: "Low Tide Mat", zh: "退潮瑜伽垫" },
    short: { en: "Grips like wet sand, rolls like a carpet.", zh: "抓地如湿沙，卷起如地毯。" },
    long: {
      en: "Natural rubber that holds a sweaty downward dog, with a strap that is also a stretching loop.",
      zh: "天然橡胶，出汗也不打滑；绑带还能当拉伸带。",
    },
    facts: [
      { en: "Natural rubber, 4.5 mm", zh: "天然橡胶，4.5 毫米" },
      { en: "183 × 66 cm, 2.4 kg", zh: "183 × 66 厘米，2.4 公斤" },
      { en: "Wipe with vinegar and water", zh: "醋水擦拭即可" },
    ],
    price: 55_00,
    colours: [
      colour("lavender", "Lavender", "薰衣草", "#9d8cc0", "#e9dff0", "#f3d9a2"),
      colour("sea", "Sea", "海蓝", "#5a9bab", "#d8ebeb", "#f3d9a2"),
      colour("clay", "Clay", "陶土", "#cc7f60", "#f6e0d0", "#3d5a5c"),
    ],
    tint: "lilac",
    words: "yoga mat pilates gym 瑜伽 健身",
    draw: (sheet, palette) => mat(sheet, palette),
  },
  {
    id: "quarryman-kettlebell",
    topic: "sports",
    name: { en: "Quarryman Kettlebell", zh: "采石工壶铃" },
    short: { en: "Twelve kilos of nothing to learn.", zh: "十二公斤，不必学就会。" },
    long: {
      en: "Cast in one piece, coated so that it is kind to floors. The only machine in the gym with no moving parts.",
      zh: "一体铸造，外覆软层，善待地板。健身房里唯一没有活动部件的器械。",
    },
    facts: [
      { en: "Cast iron, vinyl coat", zh: "铸铁，软胶包覆" },
      { en: "12 kg", zh: "12 公斤" },
      { en: "Handle 33 mm", zh: "手柄直径 33 毫米" },
    ],
    price: 48_00,
    colours: [
      colour("coral", "Coral", "珊瑚红", "#e5735f", "#4a5560", "#fbeadb"),
      colour("petrol", "Petrol", "油蓝", "#33707d", "#4a5560", "#f1e6d0"),
    ],
    tint: "stone",
    words: "kettlebell weight gym fitness dumbbell 哑铃 健身 力量",
    draw: (sheet, palette) => kettlebell(sheet, palette),
  },
  {
    id: "pavement-board",
    topic: "sports",
    name: { en: "Pavement Board", zh: "街道滑板" },
    short: { en: "Seven plies of maple, one way home.", zh: "七层枫木，一路滑回家。" },
    long: {
      en: "A cruiser with soft wheels that roll over gravel without a word. The picture below is screen-printed by hand.",
      zh: "软轮巡航板，碾过碎石也不吭声。板底图案手工丝印。",
    },
    facts: [
      { en: "Seven-ply maple, 78 cm", zh: "七层枫木，78 厘米" },
      { en: "Wheels 60 mm, 78A", zh: "60 毫米软轮，78A" },
      { en: "Up to 110 kg", zh: "承重 110 公斤" },
    ],
    price: 99_00,
    colours: [colour("wave", "Wave", "浪", "#f0c77a", "#e2675a", "#2f7f8c"), colour("pine", "Pine", "松", "#e3b98a", "#3f7f68", "#f2e6c8")],
    tint: "sky",
    words: "skateboard cruiser longboard 滑板 街头 运动",
    draw: (sheet, palette) => skateboard(sheet, palette),
  },
  {
    id: "spring-bottle",
    topic: "sports",
    name: { en: "Spring Bottle", zh: "清泉水壶" },
    short: { en: "Cold until evening, dry inside the bag.", zh: "凉到傍晚，包里不漏。" },
    long: {
      en: "Double-walled steel with a lid that tells you, by a click, that it is really shut.",
      zh: "双层不锈钢，盖紧时“咔嗒”一声告诉你真的关好了。",
    },
    facts: [
      { en: "Steel 18/8, 0.6 litres", zh: "304 不锈钢，0.6 升" },
      { en: "24 hours cold, 12 hours hot", zh: "保冷 24 小时，保温 12 小时" },
      { en: "Goes into the dishwasher", zh: "可用洗碗机清洗" },
    ],
    price: 27_00,
    colours: [
      colour("peach", "Peach", "蜜桃", "#f2a987", "#e4825f", "#fff1e2"),
      colour("glacier", "Glacier", "冰川", "#8fbfd0", "#4f8aa0", "#f3f7f4"),
      colour("leaf", "Leaf", "叶绿", "#8fb07a", "#5c8350", "#f6f3dd"),
    ],
    tint: "butter",
    words: "bottle water flask thermos 水杯 保温杯",
    draw: (sheet, palette) => bottle(sheet, palette),
  },
];
