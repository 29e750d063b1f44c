/** What stands around every view: navigation, range, account, sign-in, faults. */
export const frame = {
  "frame.motto": { en: "See the flock, never the bird.", zh: "只见鸟群，不见其鸟。" },
  "frame.skip": { en: "Skip to content", zh: "跳到正文" },
  "frame.views": { en: "Views", zh: "视图" },
  "frame.loading": { en: "Loading", zh: "正在加载" },
  "frame.toLanguage": { en: "中文", zh: "English" },
  "frame.toDark": { en: "Dark", zh: "深色" },
  "frame.toLight": { en: "Light", zh: "浅色" },
  "frame.invented": { en: "Invented data", zh: "虚构数据" },
  "frame.retry": { en: "Try again", zh: "重试" },

  "view.overview": { en: "Overview", zh: "概览" },
  "view.audience": { en: "Audience", zh: "受众" },
  "view.funnel": { en: "Funnel", zh: "漏斗" },
  "view.slots": { en: "Slots", zh: "展示位" },
  "view.privacy": { en: "Privacy", zh: "隐私" },

  "account.name": { en: "Signed in as {name}", zh: "已登录：{name}" },
  "account.menu": { en: "Account", zh: "账户" },
  "account.signOut": { en: "Sign out", zh: "退出登录" },
  "account.setPassword": { en: "Set a password", zh: "设置密码" },
  "account.changePassword": { en: "Change password", zh: "修改密码" },
  "account.linkOnly": {
    en: "You signed in by a one-time link, and it is used up. Set a password to come back.",
    zh: "你用一次性链接登录，该链接现已失效。设置密码后即可再次登录。",
  },
  "account.later": { en: "Not now", zh: "暂不" },
  "account.current": { en: "Current password", zh: "当前密码" },
  "account.new": { en: "New password", zh: "新密码" },
  "account.newHint": {
    en: "At least 12 characters. A few words that nobody else would put together are best.",
    zh: "至少 12 个字符。最好用几个别人不会想到连在一起的词。",
  },
  "account.save": { en: "Save password", zh: "保存密码" },
  "account.cancel": { en: "Cancel", zh: "取消" },
  "account.saved": { en: "Password saved.", zh: "密码已保存。" },
  "account.tooShort": { en: "The new password needs at least 12 characters.", zh: "新密码至少需要 12 个字符。" },
  "account.wrongCurrent": { en: "The current password is not right.", zh: "当前密码不正确。" },

  "signIn.title": { en: "Sign in", zh: "登录" },
  "signIn.lead": {
    en: "The numbers behind this page are sums over groups of visitors, each under noise. Nobody's visit is in them by itself.",
    zh: "这里的数字都是按访客群体求和、并加了噪声的结果，任何一个人的访问都不会单独出现。",
  },
  "signIn.name": { en: "Name", zh: "用户名" },
  "signIn.password": { en: "Password", zh: "密码" },
  "signIn.submit": { en: "Sign in", zh: "登录" },
  "signIn.byLink": { en: "Signing you in by your link", zh: "正在通过链接登录" },
  "signIn.first": {
    en: "First time here? Open the one-time link that the program printed when it started, or ask whoever runs it for a new one.",
    zh: "第一次使用？请打开程序启动时打印的一次性登录链接，或向运行它的人索取新的链接。",
  },
  "signIn.linkUsed": {
    en: "This link does not sign in any more: it was used, or is older than a day. Ask for a new one, or sign in with name and password.",
    zh: "此链接已不能登录：它已被使用，或已超过一天。请索取新的链接，或用用户名和密码登录。",
  },
  "signIn.wrong": { en: "Name or password is not right.", zh: "用户名或密码不正确。" },
  "signIn.both": { en: "Enter both name and password.", zh: "请输入用户名和密码。" },
  "signIn.ended": {
    en: "Your session has ended. Sign in again to go on where you were.",
    zh: "会话已结束。重新登录后可继续查看刚才的页面。",
  },

  "fault.title": { en: "The numbers could not be fetched", zh: "无法取得数据" },
  "fault.signIn": { en: "Signing in did not work", zh: "登录未成功" },
  "fault.offline": {
    en: "The console does not answer. Check that the program still runs and that you are online, then try again.",
    zh: "控制台没有响应。请确认程序仍在运行、网络连接正常，然后重试。",
  },
  "fault.slowDown": { en: "Too many attempts. Wait a minute, then try again.", zh: "尝试次数过多，请等一分钟再试。" },
  "fault.refused": { en: "The console says: {detail}", zh: "控制台的回答：{detail}" },
  "fault.broken": {
    en: "The console gave an answer that this page cannot read. Reload the page; if that does not help, its version and the program's may differ.",
    zh: "控制台的回答无法读取。请刷新页面；若仍无效，可能是页面与程序的版本不一致。",
  },

  "empty.title": { en: "No release yet", zh: "尚无发布" },
  "empty.site": {
    en: "A period is released when it has closed and at least min batch (100 or more) valid reports are in. The first numbers appear here then.",
    zh: "一个周期结束、且收到的有效报告达到最小批次（100 份或更多）后才会发布。届时这里会出现第一批数字。",
  },
  "empty.rangeTitle": { en: "No release in these dates", zh: "所选日期内没有发布" },
  "empty.range": {
    en: "Releases run from {from} to {to}.",
    zh: "已有的发布从 {from} 到 {to}。",
  },
  "empty.whole": { en: "Show the last 30 days", zh: "显示最近 30 天" },

  "range.title": { en: "Dates", zh: "日期" },
  "range.days": { en: "{n} day|{n} days", zh: "{n} 天" },
  "range.weeks": { en: "{n} week|{n} weeks", zh: "{n} 周" },
  "range.from": { en: "From", zh: "从" },
  "range.to": { en: "To", zh: "到" },
  "range.order": { en: "The first day lies after the last.", zh: "开始日期晚于结束日期。" },
  "range.releases": { en: "{n} release|{n} releases", zh: "{n} 次发布" },
  "range.missing": { en: "no release: {dates}", zh: "缺少发布：{dates}" },
  "range.missingMore": { en: "{dates} and {n} more", zh: "{dates} 等，另有 {n} 个" },
  "range.plans": { en: "{n} plan|{n} plans joined", zh: "合并了 {n} 个方案" },
  "range.plansWhy": {
    en: "The plan changed within these dates. What has the same name in each is joined.",
    zh: "所选日期内更换过方案，名称相同的项目已合并。",
  },
  "range.mixedNoise": { en: "noise differs", zh: "噪声不一致" },
  "range.mixedNoiseWhy": {
    en: "Not all releases in these dates carry the same noise. The intervals account for it; single days are not equally sure.",
    zh: "所选日期内各次发布的噪声大小不同。区间已计入这一点，但各天的把握并不相同。",
  },
} as const;
