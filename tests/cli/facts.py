"""What the commands' office says of itself."""

PROFILE = (
    "company=示例市安居物业服务有限公司",
    "licence=91990101MA0DEM0XX9",
    "representative=沈安",
    "address=示例市清河区和平路100号",
    "phone=0990-5550100",
    "bank_name=示例银行清河支行",
    "bank_account=6222000000001000001",
    "public_url=https://pay.example.cn",
)
CONTRACT = (
    "contract_name=示例小区前期物业服务合同",
    "contract_number=SL-2018-01",
    "contract_from=2018-07-01",
    "late_fee_clause=第十二条 逾期未交纳的，每日按应交未交部分的千分之一支付违约金。",
)
KEYS = [fact.partition("=")[0] for fact in PROFILE]
