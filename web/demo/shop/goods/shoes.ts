import { boot } from "../draw/boot";
import { hightop } from "../draw/hightop";
import { loafer } from "../draw/loafer";
import { sandal } from "../draw/sandal";
import { sneaker } from "../draw/sneaker";
import { colour, type Product } from "./product";

export const shoes: readonly Product[] = [
  {
    id: "harbour-runner",
    topic: "shoes",
    name: { en: "Harbour Runner", zh: "港湾跑鞋" },
    short: { en: "Light on the foot, soft on the quay.", zh: "脚下轻盈，落地柔软。" },
    long: {
      en: "An everyday runner with a knitted upper that gives where your foot does and a sole that stays springy after the five hundredth kilometre. Equally at home on the tram.",
      zh: "日常跑鞋，针织鞋面随脚伸展，五百公里之后鞋底依然有弹性。搭电车上班也同样合适。",
    },
    facts: [
      { en: "Knitted from recycled polyester", zh: "再生涤纶针织鞋面" },
      { en: "8 mm drop, 240 g at size 41", zh: "前后掌落差 8 毫米，41 码单只 240 克" },
      { en: "Insole comes out and washes at 30 °C", zh: "鞋垫可取出，30 °C 水洗" },
    ],
    price: 89_00,
    colours: [
      colour("coral", "Coral", "珊瑚红", "#ef7b63", "#fbeee2", "#1f4e5f"),
      colour("sea", "Sea", "海蓝", "#3f8fa8", "#f2f4ee", "#f4b860"),
      colour("moss", "Moss", "苔绿", "#7f9a6b", "#f4efe0", "#e2725b"),
    ],
    tint: "sky",
    words: "sneaker trainer running jogging 运动鞋 跑步",
    isNew: true,
    draw: (sheet, palette) => sneaker(sheet, palette, { sole: "wave", mark: "wing" }),
  },
  {
    id: "court-low",
    topic: "shoes",
    name: { en: "Court Low", zh: "球场低帮鞋" },
    short: { en: "The plain leather sneaker, done properly.", zh: "素面皮质休闲鞋，认真做好。" },
    long: {
      en: "Full-grain leather, a stitched cup sole and nothing that shouts. They look better in their third year than in their first month, and the cobbler can put a new sole on.",
      zh: "头层牛皮，车缝杯底，没有多余的装饰。第三年比第一个月更好看，鞋匠还能换底。",
    },
    facts: [
      { en: "Full-grain leather, tanned without chrome", zh: "头层牛皮，无铬鞣制" },
      { en: "Stitched rubber cup sole, can be resoled", zh: "车缝橡胶杯底，可更换" },
      { en: "Two pairs of laces", zh: "附两副鞋带" },
    ],
    price: 79_00,
    colours: [
      colour("chalk", "Chalk", "粉笔白", "#f3efe6", "#ffffff", "#3d7a68"),
      colour("sky", "Sky", "天蓝", "#a9c8da", "#ffffff", "#2f4858"),
    ],
    tint: "sage",
    words: "sneaker trainer leather white 小白鞋 板鞋",
    draw: (sheet, palette) => sneaker(sheet, palette, { sole: "cup", mark: "none" }),
  },
  {
    id: "high-tide",
    topic: "shoes",
    name: { en: "High Tide", zh: "高潮高帮帆布鞋" },
    short: { en: "Canvas to the ankle, rubber to the toe.", zh: "帆布过踝，胶头护趾。" },
    long: {
      en: "Twelve-ounce cotton canvas, a rubber toe cap and brass eyelets that do not rust. Machine-washable, which you will need if you go where the name says.",
      zh: "十二盎司棉帆布，橡胶鞋头，黄铜鞋眼不生锈。可以机洗——如果真去了潮水边，会用得上。",
    },
    facts: [
      { en: "Organic cotton canvas", zh: "有机棉帆布" },
      { en: "Brass eyelets", zh: "黄铜鞋眼" },
      { en: "Washes at 30 °C", zh: "30 °C 可机洗" },
    ],
    price: 69_00,
    colours: [
      colour("mustard", "Mustard", "芥末黄", "#e3a93c", "#fbf5e6", "#4b3b2a"),
      colour("navy", "Navy", "海军蓝", "#34506f", "#f7f3ea", "#e8735a"),
      colour("rose", "Rose", "玫瑰粉", "#d98c93", "#fdf3ee", "#5c3344"),
    ],
    tint: "butter",
    words: "sneaker canvas high-top 帆布鞋 高帮",
    draw: (sheet, palette) => hightop(sheet, palette),
  },
  {
    id: "quay-chelsea",
    topic: "shoes",
    name: { en: "Quay Chelsea", zh: "码头切尔西靴" },
    short: { en: "Pull on, walk out, rain or not.", zh: "一蹬就走，晴雨无阻。" },
    long: {
      en: "A Chelsea boot in waxed leather with elastic that keeps its spring and a cork filler that takes the shape of your foot within a week.",
      zh: "蜡面皮切尔西靴，松紧带久用不松，软木中底一周便合脚。",
    },
    facts: [
      { en: "Waxed leather, calf lining", zh: "蜡面牛皮，小牛皮内里" },
      { en: "Goodyear welt", zh: "固特异沿条工艺" },
      { en: "Rubber sole with a low heel", zh: "低跟橡胶大底" },
    ],
    price: 149_00,
    colours: [
      colour("chestnut", "Chestnut", "栗棕", "#9a5b3c", "#4a3428", "#d8b48a"),
      colour("slate", "Slate", "石板灰", "#55616b", "#2f363c", "#aeb8bd"),
    ],
    tint: "sand",
    words: "boot leather ankle 短靴 皮靴",
    draw: (sheet, palette) => boot(sheet, palette, { shaft: "ankle", closing: "elastic", sole: "plain" }),
  },
  {
    id: "fell-boot",
    topic: "shoes",
    name: { en: "Fell Boot", zh: "山野登山靴" },
    short: { en: "For paths that stop being paths.", zh: "路走到没有路，也走得下去。" },
    long: {
      en: "A hiking boot with a lugged sole, a padded collar and a membrane that keeps the bog outside. Break them in on the stairs, then take them up something.",
      zh: "深齿大底，软垫靴口，防水膜把泥沼挡在外面。先在楼梯上磨合，再去爬座山。",
    },
    facts: [
      { en: "Nubuck, waterproof without fluorine", zh: "磨砂皮，无氟防水" },
      { en: "Lugs of 5 mm", zh: "5 毫米防滑齿" },
      { en: "620 g at size 41", zh: "41 码单只 620 克" },
    ],
    price: 179_00,
    colours: [
      colour("pine", "Pine", "松绿", "#5b7a5e", "#3b3f38", "#e08a3c"),
      colour("clay", "Clay", "陶土", "#b5734c", "#41352e", "#4e8a99"),
    ],
    tint: "sage",
    words: "boot hiking walking outdoor mountain 徒步 户外",
    draw: (sheet, palette) => boot(sheet, palette, { shaft: "ankle", closing: "laces", sole: "lugs" }),
  },
  {
    id: "reading-room-loafer",
    topic: "shoes",
    name: { en: "Reading Room Loafer", zh: "阅览室乐福鞋" },
    short: { en: "Quiet soles, a penny's worth of detail.", zh: "鞋底安静，细节恰好。" },
    long: {
      en: "A penny loafer with a hand-sewn apron and a sole so quiet that librarians ask for it. No laces, no fuss.",
      zh: "手缝围条的便士乐福鞋，鞋底安静到图书管理员都来打听。没有鞋带，不必费心。",
    },
    facts: [
      { en: "Calfskin, hand-sewn apron", zh: "小牛皮，手缝围条" },
      { en: "Leather lining", zh: "真皮内里" },
      { en: "Sole of natural crepe", zh: "天然生胶底" },
    ],
    price: 129_00,
    colours: [
      colour("oxblood", "Oxblood", "牛血红", "#8c3a3f", "#d9b98f", "#5d2328"),
      colour("forest", "Forest", "森绿", "#3f6652", "#d7c39a", "#27443a"),
    ],
    tint: "blush",
    words: "loafer slip-on leather office 皮鞋 一脚蹬",
    draw: (sheet, palette) => loafer(sheet, palette),
  },
  {
    id: "dune-sandal",
    topic: "shoes",
    name: { en: "Dune Sandal", zh: "沙丘凉鞋" },
    short: { en: "Two straps and a footbed that remembers you.", zh: "两条带子，一张认得你的鞋床。" },
    long: {
      en: "Cork and latex under your foot, two buckled straps over it. After ten days the footbed is yours and nobody else's.",
      zh: "脚下是软木与乳胶，脚上是两条搭扣皮带。十天之后，鞋床便只合你的脚。",
    },
    facts: [
      { en: "Cork and natural latex", zh: "软木与天然乳胶" },
      { en: "Suede straps, brass buckles", zh: "绒面革带，黄铜扣" },
      { en: "Sole can be replaced", zh: "外底可更换" },
    ],
    price: 59_00,
    colours: [
      colour("terracotta", "Terracotta", "赤陶", "#cf7350", "#c79a68", "#e8c15a"),
      colour("ink", "Ink", "墨蓝", "#3d5167", "#c79a68", "#d9d4c5"),
    ],
    tint: "sand",
    words: "sandal summer beach cork 夏天 拖鞋 沙滩",
    draw: (sheet, palette) => sandal(sheet, palette),
  },
  {
    id: "puddle-wellington",
    topic: "shoes",
    name: { en: "Puddle Wellington", zh: "水洼雨靴" },
    short: { en: "Go through, not around.", zh: "不绕水洼，直接踩过去。" },
    long: {
      en: "Natural rubber, cut just below the knee, with a lining that dries overnight and a loop to hang them by.",
      zh: "天然橡胶，高及膝下，内里一夜即干，靴口有挂环。",
    },
    facts: [
      { en: "Natural rubber, no PVC", zh: "天然橡胶，不含 PVC" },
      { en: "Quick-drying lining", zh: "快干内里" },
      { en: "Height 33 cm at size 41", zh: "41 码筒高 33 厘米" },
    ],
    price: 65_00,
    colours: [
      colour("yellow", "Signal yellow", "信号黄", "#f2b632", "#e8963a", "#fdf4d9"),
      colour("lagoon", "Lagoon", "泻湖绿", "#2f8f8a", "#22706f", "#e7f2ea"),
    ],
    tint: "sky",
    words: "boot rain rubber wellies 雨鞋 水鞋 下雨",
    draw: (sheet, palette) => boot(sheet, palette, { shaft: "knee", closing: "none", sole: "plain" }),
  },
];
