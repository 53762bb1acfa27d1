import pulumi_masv as masv

masv.manage("packages", "masv.yaml")
