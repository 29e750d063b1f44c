import { put, type Language, type Text } from "../language";

/** Texts of the pages as they are written. What scripts say stands in client/words.ts. */
const words = {
  shop: { en: "Petrel", zh: "海燕" },
  tagline: { en: "Good things for going out", zh: "出门好物" },
  skip: { en: "Skip to content", zh: "跳到正文" },
  sections: { en: "Shelves", zh: "商品分类" },
  search: { en: "Search", zh: "搜索" },
  searchFor: { en: "Search the shop", zh: "搜索商品" },
  cart: { en: "Cart", zh: "购物车" },
  language: { en: "Language", zh: "语言" },
  privacy: { en: "Your privacy", zh: "您的隐私" },
  about: { en: "About", zh: "关于本店" },
  path: { en: "Where you are", zh: "当前位置" },
  home: { en: "Home", zh: "首页" },

  shoes: { en: "Shoes", zh: "鞋履" },
  bags: { en: "Bags", zh: "包袋" },
  watches: { en: "Watches", zh: "腕表" },
  sports: { en: "Sports", zh: "运动" },
  kids: { en: "Kids", zh: "儿童" },
  shoesLine: { en: "For pavements, paths and puddles.", zh: "走街道、走山径，也踩水洼。" },
  bagsLine: { en: "For what you need and what you find.", zh: "装所需，也装路上所得。" },
  watchesLine: { en: "For the time that is yours.", zh: "看属于自己的时间。" },
  sportsLine: { en: "For out of breath, in good humour.", zh: "跑到气喘，心情正好。" },
  kidsLine: { en: "For small hands and long afternoons.", zh: "给小手，也给长长的午后。" },

  heroPlain: { en: "Things made for going out.", zh: "为出门而造的好物。" },
  heroPlainText: {
    en: "Forty things we would pack ourselves: made to be used, and mended when they are worn.",
    zh: "四十件我们自己也会装进行囊的东西：经得起用，用旧了还能修。",
  },
  heroPlainLink: { en: "See what is new", zh: "看看新品" },
  heroShoes: { en: "Every way home is a walk.", zh: "每条回家的路，都值得走走。" },
  heroShoesText: {
    en: "Runners, boots and one very good sandal, resoled for as long as you like them.",
    zh: "跑鞋、靴子和一双极好的凉鞋；只要您喜欢，鞋底一直能换。",
  },
  heroShoesLink: { en: "Shop shoes", zh: "选购鞋履" },
  heroBags: { en: "Pack light, or pack it all.", zh: "轻装，或者满载。" },
  heroBagsText: {
    en: "From a sling for your keys to a duffle for two nights, in canvas and leather that age well.",
    zh: "从装钥匙的小包，到住两晚的旅行袋；帆布与皮革，越用越好看。",
  },
  heroBagsLink: { en: "Shop bags", zh: "选购包袋" },
  heroWatches: { en: "Take your time.", zh: "慢慢来，时间是您的。" },
  heroWatchesText: {
    en: "Eight watches that tell you the hour, the tide or the moon, and tell nobody anything about you.",
    zh: "八块表，告诉您钟点、潮汐与月相，却不向任何人谈起您。",
  },
  heroWatchesLink: { en: "Shop watches", zh: "选购腕表" },
  heroSports: { en: "Out of breath is a good place.", zh: "喘着气，也是好时候。" },
  heroSportsText: {
    en: "Balls, bats and a mat: everything for the hour between work and supper.",
    zh: "球、拍和一张垫子：下班到晚饭之间的那一小时，都在这里。",
  },
  heroSportsLink: { en: "Shop sports", zh: "选购运动" },
  heroKids: { en: "Long live the afternoon.", zh: "愿午后再长一些。" },
  heroKidsText: {
    en: "Wooden, woollen and wind-powered toys that need no charger and keep every secret.",
    zh: "木头的、羊毛的、乘风的玩具：不用充电，也守得住秘密。",
  },
  heroKidsLink: { en: "Shop kids", zh: "选购儿童" },

  promotionPlain: { en: "Thirty days to change your mind.", zh: "三十天内，随时改主意。" },
  promotionPlainText: { en: "Send anything back, used or not. We pay the way.", zh: "用过没用过都能退，运费我们出。" },
  promotionPlainLink: { en: "How returns work", zh: "了解退货" },
  promotionFree: { en: "Free shipping from €60.", zh: "满 €60 免运费。" },
  promotionFreeText: { en: "By rail and cargo bike, in two or three days.", zh: "铁路加货运自行车，两三天送达。" },
  promotionFreeLink: { en: "See delivery", zh: "查看配送" },
  promotionBundle: { en: "Two from one shelf, a tenth off the second.", zh: "同类两件，第二件九折。" },
  promotionBundleText: { en: "Taken off in the cart by itself; no code.", zh: "购物车自动减免，无需优惠码。" },
  promotionBundleLink: { en: "How it adds up", zh: "看看怎么算" },

  shelvesTitle: { en: "Five shelves", zh: "五个货架" },
  newTitle: { en: "New in", zh: "新到" },
  newText: { en: "This month’s arrivals, and a few that never leave.", zh: "本月新到，以及几件常驻好物。" },
  mendTitle: { en: "Made to be mended.", zh: "旧了，就修。" },
  mendText: {
    en: "Soles, straps, zips and springs: we keep parts for everything that we sell, and a workbench behind the till. A repair costs what the part costs.",
    zh: "鞋底、表带、拉链、弹簧：凡店里卖的，我们都备有零件，柜台后面就是工作台。修理只收零件钱。",
  },
  mendLink: { en: "About the workshop", zh: "关于工坊" },
  factShip: { en: "Two or three days", zh: "两三天送达" },
  factShipText: { en: "By rail and cargo bike; free from €60.", zh: "铁路加货运自行车；满 €60 免运费。" },
  factReturn: { en: "Thirty days", zh: "三十天退换" },
  factReturnText: { en: "Send it back, used or not.", zh: "用过没用过都能退。" },
  factRepair: { en: "Repairs at cost", zh: "维修只收成本" },
  factRepairText: { en: "For as long as we have hands.", zh: "只要我们还有双手。" },
  factPrivate: { en: "No trackers", zh: "没有追踪器" },
  factPrivateText: { en: "What you like stays in your browser.", zh: "您的喜好只留在您的浏览器里。" },

  newMark: { en: "New", zh: "新品" },
  colours: { en: "Colours", zh: "颜色" },
  colour: { en: "Colour", zh: "颜色" },
  inColours: { en: "{n} colours", zh: "{n} 色可选" },
  size: { en: "Size (EU)", zh: "尺码（欧码）" },
  add: { en: "Add to cart", zh: "加入购物车" },
  facts: { en: "What it is made of", zh: "材质与规格" },
  more: { en: "More from this shelf", zh: "同架好物" },
  elsewhere: { en: "From the other shelves", zh: "其他货架" },
  pictureOf: { en: "{name}, {colour}", zh: "{name}，{colour}" },
  noScriptCart: {
    en: "The cart and the search work in your browser and need JavaScript. Everything else on these pages works without it.",
    zh: "购物车和搜索在您的浏览器里运行，需要 JavaScript；其余页面没有它也能正常浏览。",
  },

  sort: { en: "Sort by", zh: "排序" },
  sortShop: { en: "Our order", zh: "店家推荐" },
  sortCheap: { en: "Price, low to high", zh: "价格从低到高" },
  sortDear: { en: "Price, high to low", zh: "价格从高到低" },
  sortName: { en: "Name", zh: "名称" },
  price: { en: "Price", zh: "价格" },
  anyPrice: { en: "Any", zh: "不限" },
  below: { en: "Under {sum}", zh: "{sum} 以下" },
  between: { en: "{low} to {high}", zh: "{low} 至 {high}" },
  above: { en: "From {sum}", zh: "{sum} 以上" },
  onlyNew: { en: "New only", zh: "只看新品" },
  things: { en: "{n} things", zh: "{n} 件" },
  nothingLeft: { en: "Nothing on this shelf fits. Try a wider price.", zh: "货架上没有符合的商品，放宽价格试试。" },
  filters: { en: "Filter and sort", zh: "筛选与排序" },

  searchTitle: { en: "Search", zh: "搜索" },
  searchHint: { en: "Try “boot”, “wooden” or “rain”.", zh: "试试“靴”“木头”或“雨”。" },
  results: { en: "Results", zh: "结果" },

  cartTitle: { en: "Your cart", zh: "您的购物车" },
  summary: { en: "Summary", zh: "合计" },
  goods: { en: "Goods", zh: "商品" },
  bundle: { en: "Two from one shelf", zh: "同类第二件优惠" },
  shipping: { en: "Shipping", zh: "运费" },
  sum: { en: "Total", zh: "总计" },
  checkout: { en: "Check out", zh: "去结账" },
  onShopping: { en: "Go on shopping", zh: "继续逛逛" },
  cartEmpty: { en: "Your cart is empty.", zh: "购物车还是空的。" },

  checkoutTitle: { en: "Check out", zh: "结账" },
  checkoutNote: {
    en: "This is a demonstration: nothing is charged, nothing is sent to you, and what you type stays in this page.",
    zh: "这是演示：不会扣款，也不会发货；您填写的内容只留在本页。",
  },
  contact: { en: "Contact", zh: "联系方式" },
  email: { en: "E-mail", zh: "电子邮箱" },
  deliverTo: { en: "Deliver to", zh: "收货地址" },
  fullName: { en: "Name", zh: "姓名" },
  street: { en: "Street and number", zh: "街道与门牌号" },
  postcode: { en: "Postcode", zh: "邮政编码" },
  city: { en: "City", zh: "城市" },
  country: { en: "Country or region", zh: "国家或地区" },
  delivery: { en: "Delivery", zh: "配送方式" },
  deliveryHome: { en: "To the door, two or three days", zh: "送货上门，两三天" },
  deliveryPoint: { en: "To a parcel shop, two or three days", zh: "自提点，两三天" },
  payment: { en: "Payment", zh: "付款" },
  paymentText: { en: "None: this shop does not exist.", zh: "无需付款：这家店并不存在。" },
  order: { en: "Place the order", zh: "提交订单" },

  doneTitle: { en: "Thank you.", zh: "谢谢惠顾。" },
  doneText: {
    en: "Your order {number} over {sum} is in. It would leave tomorrow if this shop existed.",
    zh: "订单 {number} 已收到，金额 {sum}。如果这家店真的存在，明天就发货。",
  },
  doneNone: { en: "There is no order here yet.", zh: "这里还没有订单。" },
  doneWhat: { en: "What the shop learns of it", zh: "本店会知道什么" },
  doneWhatText: {
    en: "Your browser put one more mark into today’s report: that somebody ordered. The report is split in two and sealed; only the sums of all visitors are ever opened, with noise on top.",
    zh: "您的浏览器在今天的报告里多记了一格：有人下了单。报告被拆成两半并分别密封；能打开的只有所有访客的总和，而且加了噪声。",
  },

  aboutTitle: { en: "A shop that does not exist", zh: "一家并不存在的店" },
  aboutLead: {
    en: "Petrel is the demonstration shop of Dunlin, which counts visitors and picks content for them without anybody’s profile leaving the browser it is in.",
    zh: "“海燕”是 Dunlin 的演示商店。Dunlin 统计访客、挑选内容，而任何人的画像都不离开他自己的浏览器。",
  },
  aboutShop: { en: "The shop", zh: "这家店" },
  aboutShopText: {
    en: "Forty products in two languages, all invented; their pictures were drawn by a program when the shop was built. The pages are plain files. They show the same to everybody; what differs is picked by your browser, from what stands in the page anyway.",
    zh: "四十件商品，两种语言，全是虚构；图片由程序在构建时画成。网页都是静态文件，发给每个人的都一样；不同之处由您的浏览器从页面里本来就有的内容中挑选。",
  },
  workshop: { en: "The workshop", zh: "工坊" },
  workshopText: {
    en: "If there were one, it would have a window to the sea, a last for every foot, and a drawer for springs.",
    zh: "要是真有的话，它会有一扇朝海的窗，一排合脚的鞋楦，一抽屉弹簧。",
  },
  deliveryTitle: { en: "Delivery", zh: "配送" },
  deliveryText: {
    en: "€4.90, and free from €60. Two or three days by rail and cargo bike.",
    zh: "运费 €4.90，满 €60 免运费。铁路加货运自行车，两三天送达。",
  },
  returnsTitle: { en: "Returns", zh: "退货" },
  returnsText: {
    en: "Thirty days, used or not. Write a line about what was wrong and we learn something.",
    zh: "三十天内，用过没用过都能退。写一句哪里不好，我们也能学到东西。",
  },
  bundleTitle: { en: "Two from one shelf", zh: "同类两件" },
  bundleText: {
    en: "Of two things of one shelf the cheaper costs a tenth less. This holds for everybody, whichever offer your page happens to mention: your browser picks what to show, not what you pay.",
    zh: "同一货架的两件商品，便宜的那件打九折。对所有人都一样，不管您的页面提到的是哪个优惠：浏览器挑的是给您看什么，不是您付多少。",
  },

  privacyTitle: { en: "Your privacy", zh: "您的隐私" },
  privacyLead: {
    en: "All of this is read from your own browser, now. This page sends none of it anywhere.",
    zh: "下面这些都是此刻从您自己的浏览器里读出来的。本页不会把它们发往任何地方。",
  },
  yourChoice: { en: "Your choice", zh: "您的选择" },
  yourReport: { en: "Your report in the clear", zh: "您的报告（明文）" },
  yourReportText: {
    en: "Only the cells that are 1. Before it leaves it is split into two shares, each sealed for another party; neither says anything alone.",
    zh: "只列出为 1 的格子。离开之前，它会被拆成两份，分别密封给两个不同的机构；单看任何一份都毫无意义。",
  },
  yourWhy: { en: "Why you see what you see", zh: "为什么您看到这些" },
  yourWhyText: {
    en: "Your browser drew a rate for each variant, from everybody’s sums and its own memory, and showed the best.",
    zh: "浏览器根据所有人的总和与它自己的记忆，为每个版本抽一个点击率，展示最高的那个。",
  },
  forget: { en: "Forget me", zh: "忘记我" },
  forgetText: {
    en: "Erases what this browser has learnt about you. Your two consents stay as they are.",
    zh: "清除这个浏览器学到的关于您的一切。您的两项同意保持不变。",
  },
  state: { en: "How it stands", zh: "运行状态" },
  stateText: { en: "What the script says of itself, for those who want to know exactly.", zh: "脚本对自身的说明，供想知道细节的人查看。" },
  shopKeeps: { en: "What the shop itself keeps", zh: "商店自己保存什么" },
  shopKeepsText: {
    en: "Your cart and your language, in this browser’s storage, until you empty it. No cookies of the shop, nothing from third parties. (The demonstration around it keeps one cookie, which tells its starts apart.)",
    zh: "购物车和语言，存在这个浏览器里，直到您清空。商店不用 Cookie，也没有任何第三方内容。（外层的演示程序有一个 Cookie，只用来区分每次启动。）",
  },
  needScript: {
    en: "This needs JavaScript. Without it nothing is learnt, stored or sent either.",
    zh: "这里需要 JavaScript。没有它，也就什么都不会学习、保存或发送。",
  },

  nextTitle: { en: "The next day", zh: "下一天" },
  nextLead: { en: "Today ends, and its sums are released.", zh: "今天结束，发布当天的总和。" },

  footShop: { en: "Shop", zh: "商店" },
  footHelp: { en: "Help", zh: "帮助" },
  footDemo: { en: "This is a demonstration of Dunlin. Nothing here is for sale.", zh: "这是 Dunlin 的演示，这里的商品不出售。" },
  footDashboard: { en: "The dashboard", zh: "数据看板" },
} as const satisfies Record<string, Text>;

export type Word = keyof typeof words;

/** Says something in the language of the page that is being written. */
export function say(word: Word, language: Language, values: Readonly<Record<string, string | number>> = {}): string {
  return put(words[word][language], values);
}
